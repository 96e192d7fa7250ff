//! What `ticketd check` finds beyond the structure of a file: in templates, in the time zone.

use super::*;

#[test]
fn check_looks_into_templates_and_time_zones() {
    let folder = tempfile::tempdir().unwrap();
    let config = "time_zone = \"Europe/Atlantis\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n\
                  [[template]]\nname = \"ours\"\n[[template.text]]\nlanguage = \"en\"\nsubject = \"{{ ticket.\"\ntext = \"x\"\n";
    std::fs::write(folder.path().join("ticketd.toml"), config).unwrap();
    let (code, stdout, _) = outcome(folder.path(), &["check"]);
    assert_eq!(code, 78, "{stdout}");
    assert!(stdout.contains("ticketd.toml:1:13: no time zone `Europe/Atlantis` is known here\n    time_zone = \"Europe/Atlantis\"\n                ^^^^^^^^^^^^^^^^^\n"), "{stdout}");
    assert!(stdout.contains("ticketd.toml:9:21: template `ours`, en subject: "), "{stdout}");
    assert!(stdout.ends_with("ticketd.toml: 2 mistakes\n"), "{stdout}");
}

#[test]
fn check_finds_what_is_wrong_in_templates_and_the_zone_beside_mistakes_of_structure_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let config = "time_zone = \"Europe/Atlantis\"\ncolour = 1\n[[mailbox]]\nname = \"support\"\n\
                  [[template]]\nname = \"ours\"\n[[template.text]]\nlanguage = \"en\"\nsubject = \"S\u{e9} \\\"x\\\" {{ ticket.nmber }}\"\n\
                  text = \"\"\"\nDear {{ contact.name }},\n{{ who }}\n\"\"\"\n\
                  [[pipeline]]\nname = \"p\"\non_send = { on = false }\non_reply = { on = false }\n\
                  stage = [{ name = \"a\" }, { name = \"b\" }]\n[[pipeline.automation]]\nname = \"x\"\nstage = \"a\"\n\
                  actions = [{ send_email = \"reply_not_delivered\" }]\n";
    std::fs::write(folder.path().join("ticketd.toml"), config).unwrap();
    let (code, stdout, _) = outcome(folder.path(), &["check"]);
    assert_eq!(code, 78, "{stdout}");
    for part in [
        ":1:13: no time zone `Europe/Atlantis` is known here\n",
        ":2:1: unknown key `colour` at the top of the file\n",
        ":3:1: `address` is missing in this `mailbox`\n",
        ":9:24: template `ours`, en subject: unknown variable `ticket.nmber`; known are ticket.number",
        "                           ^^^^^^^^^^^^\n",
        ":12:4: template `ours`, en text: unknown variable `who`;",
        "warning: this pipeline has no closed stage: none of its tickets is ever closed\n",
        ":22:27: template `reply_not_delivered`, en ",
        "`user.name` is known in notifications only",
    ] {
        assert!(stdout.contains(part), "{part} is not in:\n{stdout}");
    }
}
