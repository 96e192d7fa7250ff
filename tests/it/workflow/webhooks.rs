//! Webhooks: what another program is told, how it can tell that we said it, and what becomes of it when it does not answer.

use std::cell::Cell;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use ticketd::config::{PasswordFrom, Webhooks};
use ticketd::domain::*;
use ticketd::engine::webhooks::{Way, send_due};
use ticketd::engine::{Input, WebhookOrder, WorkflowOrder};
use ticketd::net::HttpLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::house::*;

thread_local! {
    static CLOCK: Cell<Timestamp> = const { Cell::new(START) };
}

fn now() -> Timestamp {
    CLOCK.get()
}

/// A program that is told things, and answers each as it was set up; the last answer is given for ever.
struct Hearer {
    port: u16,
    /// Header and body of each request.
    heard: Arc<Mutex<Vec<(String, String)>>>,
}

impl Hearer {
    async fn answering(answers: Vec<&'static str>) -> Hearer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let said = heard.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut bytes = Vec::new();
                let (head, length) = loop {
                    let mut part = [0; 4096];
                    let read = stream.read(&mut part).await.unwrap();
                    bytes.extend_from_slice(&part[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                    break (head.to_owned(), length.parse::<usize>().unwrap());
                };
                while bytes.len() < head.len() + 4 + length {
                    let mut part = [0; 4096];
                    let read = stream.read(&mut part).await.unwrap();
                    bytes.extend_from_slice(&part[..read]);
                }
                let body = String::from_utf8(bytes[head.len() + 4..].to_vec()).unwrap();
                let n = said.lock().unwrap().len();
                said.lock().unwrap().push((head, body));
                let answer = answers[n.min(answers.len() - 1)];
                if answer == "silence" {
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_secs(5)).await;
                        drop(stream);
                    });
                    continue;
                }
                let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Hearer { port, heard }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?from=desk", self.port)
    }

    fn heard(&self) -> Vec<(String, String)> {
        self.heard.lock().unwrap().clone()
    }
}

fn way(allow_private: bool, secrets: Vec<(String, PasswordFrom)>) -> Way {
    let limits = HttpLimits { connecting: Duration::from_secs(2), answer: Duration::from_millis(500) };
    Way { config: Webhooks { allow_private, secrets }, limits, clock: now }
}

async fn telling(url: String, secret: Option<&str>) -> House {
    CLOCK.set(START);
    let hook = Action::Webhook { url, secret: secret.map(str::to_owned) };
    House::with(vec![workflow("tell", "deal", definition(Trigger::RecordCreated, vec![hook, note("x")]))]).await
}

async fn send(house: &House, way: &Way) -> (u64, u64) {
    send_due(&house.engine, way, &AtomicBool::new(false)).await.unwrap()
}

fn field<'h>(head: &'h str, name: &str) -> &'h str {
    head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap()
}

#[tokio::test]
async fn a_program_is_told_of_the_record_and_can_tell_who_said_it_and_when() {
    let hearer = Hearer::answering(vec!["204 No Content"]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("crm");
    std::fs::write(&file, "a long secret\n").unwrap();
    let secrets = vec![("crm".to_owned(), PasswordFrom::File(file.display().to_string()))];
    let house = telling(hearer.url(), Some("crm")).await;
    house.create("deal", "Forty kettles", &[("amount", "100")]).await;
    assert_eq!(send(&house, &way(true, secrets)).await, (1, 0));
    let (head, body) = hearer.heard().remove(0);
    assert!(head.starts_with("POST /hook?from=desk HTTP/1.1"), "{head}");
    let told: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&told["workflow"], &told["object"]), (&"tell".into(), &"deal".into()));
    assert_eq!((&told["properties"]["title"], &told["properties"]["amount"]), (&"Forty kettles".into(), &"100".into()));
    let (id, time) = (field(&head, "webhook-id"), field(&head, "webhook-timestamp"));
    assert_eq!((field(&head, "idempotency-key"), time), (id, "1772438400"));
    let mut mac = Hmac::<Sha256>::new_from_slice(b"a long secret").unwrap();
    mac.update(format!("{id}.{time}.{body}").as_bytes());
    let signature = field(&head, "webhook-signature").strip_prefix("v1,").unwrap();
    let signature = mail_parser::decoders::base64::base64_decode(signature.as_bytes()).unwrap();
    assert_eq!(signature, mac.finalize().into_bytes().to_vec());
    assert_eq!(house.log_of("tell"), ["1 webhook done (HTTP 204)", "2 add_note done"]);
    assert_eq!(send(&house, &way(true, Vec::new())).await, (0, 0), "once");
    house.folds();
}

#[tokio::test]
async fn what_may_be_otherwise_later_is_sent_again_with_pauses_and_the_same_id() {
    let hearer = Hearer::answering(vec!["503 Busy", "silence", "200 OK"]).await;
    let house = telling(hearer.url(), None).await;
    house.create("deal", "One", &[]).await;
    let way = way(true, Vec::new());
    assert_eq!(send(&house, &way).await, (0, 1));
    assert_eq!(send(&house, &way).await, (0, 0), "not at once");
    for (pause, expected) in [(MINUTE, (0, 1)), (5 * MINUTE, (1, 0))] {
        CLOCK.set(now().plus(pause));
        assert_eq!(send(&house, &way).await, expected);
    }
    let ids: Vec<String> = hearer.heard().iter().map(|(head, _)| field(head, "webhook-id").to_owned()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(house.log_of("tell")[0], "1 webhook done (HTTP 200)");
    house.folds();
}

#[tokio::test]
async fn what_is_refused_or_leads_elsewhere_has_failed_and_is_sent_again_when_somebody_asks() {
    let hearer = Hearer::answering(vec!["302 Found", "200 OK"]).await;
    let house = telling(hearer.url(), None).await;
    house.create("deal", "One", &[]).await;
    let way = way(true, Vec::new());
    assert_eq!(send(&house, &way).await, (0, 1));
    assert_eq!(house.log_of("tell")[0], "1 webhook failed (HTTP 302: redirects are not followed)");
    assert_eq!(hearer.heard().len(), 1);
    let failed = actions(house.engine.store()).remove(0);
    let again = WorkflowOrder::Retry { event: failed.event, n: failed.n };
    house.order(Input::Workflow(again.clone())).await.unwrap();
    assert_eq!(send(&house, &way).await, (1, 0));
    assert_eq!(house.log_of("tell")[0], "1 webhook done (HTTP 200)");
    assert!(house.order(Input::Workflow(again)).await.is_err(), "what is done is not done again");
    house.folds();
}

#[tokio::test]
async fn no_request_goes_to_this_computer_or_a_private_network_unless_that_is_allowed() {
    let hearer = Hearer::answering(vec!["200 OK"]).await;
    let house = telling(hearer.url(), None).await;
    house.create("deal", "One", &[]).await;
    assert_eq!(send(&house, &way(false, Vec::new())).await, (0, 1));
    let log = house.log_of("tell");
    assert!(log[0].starts_with("1 webhook failed (it is at 127.0.0.1, which is not on the internet"), "{log:#?}");
    assert!(hearer.heard().is_empty());
    house.folds();
}

#[tokio::test]
async fn a_request_waits_for_its_secret() {
    let hearer = Hearer::answering(vec!["200 OK"]).await;
    let house = telling(hearer.url(), Some("crm")).await;
    house.create("deal", "One", &[]).await;
    assert_eq!(send(&house, &way(true, Vec::new())).await, (0, 1));
    assert!(hearer.heard().is_empty(), "never unsigned");
    assert!(house.log_of("tell")[0].starts_with("1 webhook waiting ("), "{:#?}", house.log());
    house.folds();
}

#[tokio::test]
async fn a_request_that_a_program_took_and_did_not_bring_to_an_end_is_sent_by_another() {
    let hearer = Hearer::answering(vec!["200 OK"]).await;
    let house = telling(hearer.url(), None).await;
    house.create("deal", "One", &[]).await;
    let due = house.engine.store().read(|tx| ticketd::store::webhooks::due(tx, now(), 9)).unwrap();
    let lease = WebhookOrder::Lease { webhooks: vec![due[0].id], until: now().plus(MINUTE) };
    house.engine.command(now(), None, Input::Webhook(lease)).await.unwrap();
    let way = way(true, Vec::new());
    assert_eq!(send(&house, &way).await, (0, 0), "somebody has it");
    CLOCK.set(now().plus(2 * MINUTE));
    assert_eq!(send(&house, &way).await, (1, 0));
    let late = WebhookAnswer {
        webhook: due[0].id,
        fence: due[0].fence + 1,
        verdict: WebhookVerdict::Refused,
        said: "late".into(),
    };
    let late = house.engine.command(now(), None, Input::Webhook(WebhookOrder::Answer(late))).await;
    assert!(late.is_err(), "whoever had it comes too late");
    house.folds();
}
