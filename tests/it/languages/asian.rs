//! Japanese, Chinese in both scripts, Korean, Vietnamese, Thai, Indonesian, Hindi.

use super::Language;

pub const LANGUAGES: &[Language] = &[
    Language {
        code: "ja",
        author: "山田 太郎",
        reply: "ありがとうございます。荷物が届きました。\nランプが一つ壊れています。交換していただけますか。",
        original: "お荷物を発送しました。\n\n到着したらご確認ください。",
        subject: "荷物 1234",
        attributions: &[
            "2025年3月4日(火) 10:00 {n} <{a}>:",       // Gmail
            "2025/03/04 10:00、{n} <{a}>のメール:",    // Apple Mail
            "2025/03/04 10:00、{n}のメール：",         // iPhone
            "On 2025/03/04 10:00, {n} wrote:",         // Thunderbird
            "2025/03/04 10:00、{n} さんは書きました:", // Thunderbird of before
            "2025年3月4日(火) 10時00分 {n} <{a}>:",    // Yahoo
        ],
        labels: ["差出人", "送信日時", "宛先", "CC", "件名"],
        apple: ("転送されたメッセージ：", ["差出人", "日付", "宛先", "件名"]),
        original_lines: &["元のメッセージ", "Original Message"],
        forward_lines: &["Forwarded message", "転送メッセージ"],
        date: "2025年3月4日 10:00",
        phones: &["iPhoneから送信", "Outlook for iOS を入手<https://aka.ms/x>"],
        prefixes: ("返信", "転送"),
    },
    Language {
        code: "zh-CN",
        author: "张三",
        reply: "谢谢，包裹已经收到。\n有一盏灯坏了，可以再寄一盏吗？",
        original: "您的包裹正在路上。\n\n收到后请检查。",
        subject: "包裹 1234",
        attributions: &[
            "{n} <{a}> 于2025年3月4日周二 10:00写道：",     // Gmail
            "在 2025年3月4日，10:00，{n} <{a}> 写道：",     // Apple Mail
            "> 2025年3月4日 10:00，{n} <{a}> 写道：",       // iPhone
            "在 2025/3/4 10:00, {n} 写道:",                 // Thunderbird
            "在 2025-03-04 10:00:00，\"{n}\" <{a}> 写道：", // 163
            "{n}<{a}> 在 2025年3月4日 周二 10:00 写道：",   // QQ
        ],
        labels: ["发件人", "发送时间", "收件人", "抄送", "主题"],
        apple: ("下面是被转发的邮件：", ["发件人", "日期", "收件人", "主题"]),
        original_lines: &["原始邮件", "邮件原件"],
        forward_lines: &["转发的邮件", "转发的邮件信息", "转发邮件信息", "Forwarded message"],
        date: "2025年3月4日 10:00",
        phones: &["发自我的iPhone", "发自我的 iPhone", "获取 Outlook for iOS<https://aka.ms/x>"],
        prefixes: ("回复", "转发"),
    },
    Language {
        code: "zh-TW",
        author: "王小明",
        reply: "謝謝，包裹已經收到。\n有一盞燈壞了，可以再寄一盞嗎？",
        original: "您的包裹正在路上。\n\n收到後請檢查。",
        subject: "包裹 1234",
        attributions: &[
            "{n} <{a}> 於 2025年3月4日 週二 上午10:00寫道：", // Gmail
            "{n} <{a}> 於 2025年3月4日 上午10:00 寫道：",     // Apple Mail
            "{n} 於 2025/3/4 上午 10:00 寫道:",               // Thunderbird
            "在 2025年3月4日，上午10:00，{n} <{a}> 寫道：",   // iPhone
        ],
        labels: ["寄件者", "寄件日期", "收件者", "副本", "主旨"],
        apple: ("開始轉寄郵件：", ["寄件者", "日期", "收件者", "主旨"]),
        original_lines: &["原始郵件"],
        forward_lines: &["轉寄的郵件", "Forwarded message"],
        date: "2025年3月4日 上午 10:00",
        phones: &["從我的iPhone傳送", "取得 iOS 版 Outlook<https://aka.ms/x>"],
        prefixes: ("回覆", "轉寄"),
    },
    Language {
        code: "ko",
        author: "홍길동",
        reply: "감사합니다. 소포가 도착했습니다.\n램프 하나가 깨졌는데 다시 보내 주실 수 있나요?",
        original: "소포가 배송 중입니다.\n\n도착하면 확인해 주세요.",
        subject: "소포 1234",
        attributions: &[
            "2025년 3월 4일 (화) 오전 10:00, {n} <{a}>님이 작성:", // Gmail
            "2025. 3. 4. 오전 10:00, {n} <{a}> 작성:",             // Apple Mail
            "2025. 3. 4. 오전 10:00에 {n} 이(가) 쓴 글:",          // Thunderbird
            "2025년 3월 4일 화요일 오전 10:00:00 GMT+9, {n} <{a}>님이 작성:", // Yahoo
        ],
        labels: ["보낸 사람", "보낸 날짜", "받는 사람", "참조", "제목"],
        apple: ("전달된 메시지:", ["보낸 사람", "날짜", "받는 사람", "제목"]),
        original_lines: &["원본 메시지", "원본 메일", "Original Message"],
        forward_lines: &["전달된 메시지", "전달된 메일", "Forwarded message"],
        date: "2025년 3월 4일 화요일 오전 10:00",
        phones: &["나의 iPhone에서 보냄", "Outlook for iOS 다운로드<https://aka.ms/x>"],
        prefixes: ("회신", "전달"),
    },
    Language {
        code: "vi",
        author: "Nguyễn Văn Đức",
        reply: "Cảm ơn, gói hàng đã đến.\nMột chiếc đèn bị vỡ: có thể gửi chiếc khác không?",
        original: "Gói hàng của bạn đang trên đường.\n\nVui lòng kiểm tra khi nhận.",
        subject: "Gói hàng 1234",
        attributions: &[
            "Vào Th 3, 4 thg 3, 2025 vào lúc 10:00 {n} <{a}> đã viết:", // Gmail
            "Vào 4 thg 3, 2025, lúc 10:00, {n} <{a}> đã viết:",         // Apple Mail
            "Vào 04/03/2025 10:00, {n} đã viết:",                       // Thunderbird
        ],
        labels: ["Từ", "Đã gửi", "Tới", "Cc", "Chủ đề"],
        apple: ("Bắt đầu thư được chuyển tiếp:", ["Từ", "Ngày", "Tới", "Tiêu đề"]),
        original_lines: &["Thư gốc"],
        forward_lines: &["Thư được chuyển tiếp", "Forwarded message"],
        date: "Thứ Ba, 4 tháng 3, 2025 10:00",
        phones: &["Đã gửi từ iPhone của tôi"],
        prefixes: ("Trả lời", "Chuyển tiếp"),
    },
    Language {
        code: "th",
        author: "สมชาย ใจดี",
        reply: "ขอบคุณครับ พัสดุมาถึงแล้ว\nโคมไฟหนึ่งดวงแตก ช่วยส่งใหม่ได้ไหมครับ",
        original: "พัสดุของคุณกำลังจัดส่ง\n\nโปรดตรวจสอบเมื่อได้รับ",
        subject: "พัสดุ 1234",
        attributions: &[
            "เมื่อ อ. 4 มี.ค. 2025 เวลา 10:00 {n} <{a}> เขียนว่า:", // Gmail
            "ในวันที่ 4 มี.ค. 2025 เวลา 10:00 {n} <{a}> เขียนว่า:",  // Apple Mail
        ],
        labels: ["จาก", "ส่ง", "ถึง", "สำเนา", "เรื่อง"],
        apple: ("เริ่มข้อความที่ส่งต่อ:", ["จาก", "วันที่", "ถึง", "หัวเรื่อง"]),
        original_lines: &["ข้อความต้นฉบับ"],
        forward_lines: &["ข้อความที่ส่งต่อ", "Forwarded message"],
        date: "4 มีนาคม 2025 10:00",
        phones: &["ส่งจาก iPhone ของฉัน"],
        prefixes: ("ตอบกลับ", "ส่งต่อ"),
    },
    Language {
        code: "id",
        author: "Budi Santoso",
        reply: "Terima kasih, paket sudah sampai.\nSatu lampu pecah: bisa kirim yang baru?",
        original: "Paket Anda sedang dikirim.\n\nMohon periksa saat tiba.",
        subject: "Paket 1234",
        attributions: &[
            "Pada Sel, 4 Mar 2025 pukul 10.00 {n} <{a}> menulis:", // Gmail
            "Pada 4 Mar 2025, pukul 10.00, {n} <{a}> menulis:",    // Apple Mail
            "Pada tanggal 04/03/25 10.00, {n} menulis:",           // Thunderbird
        ],
        labels: ["Dari", "Dikirim", "Kepada", "Cc", "Subjek"],
        apple: ("Mulai pesan yang diteruskan:", ["Dari", "Tanggal", "Kepada", "Subjek"]),
        original_lines: &["Pesan Asli"],
        forward_lines: &["Pesan terusan", "Forwarded message"],
        date: "Selasa, 4 Maret 2025 10.00",
        phones: &["Dikirim dari iPhone saya"],
        prefixes: ("Bls", "Trs"),
    },
    Language {
        code: "hi",
        author: "राम शर्मा",
        reply: "धन्यवाद, पार्सल मिल गया।\nएक लैंप टूटा है, क्या आप दूसरा भेज सकते हैं?",
        original: "आपका पार्सल रास्ते में है।\n\nमिलने पर जाँच लें।",
        subject: "पार्सल 1234",
        attributions: &[
            "मंगल, 4 मार्च 2025 को 10:00 बजे को {n} <{a}> ने लिखा:", // Gmail
        ],
        labels: ["प्रेषक", "भेजा गया", "प्रति", "प्रतिलिपि", "विषय"],
        apple: ("Begin forwarded message:", ["प्रेषक", "दिनांक", "प्रति", "विषय"]),
        original_lines: &["Original Message"],
        forward_lines: &["अग्रेषित संदेश", "Forwarded message"],
        date: "मंगलवार, 4 मार्च 2025 10:00",
        phones: &["मेरे iPhone से भेजा गया"],
        prefixes: ("Re", "Fwd"),
    },
];
