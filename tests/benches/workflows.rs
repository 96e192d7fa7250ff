//! Workflows: how fast what is due is done, and that finding it does not take longer where more waits.

use std::path::Path;
use std::time::{Duration, Instant};

use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{Engine, Input, RecordOrder, written};
use ticketd::store::{Store, due_timers};

use crate::measure::Goal;

/// Runs that are due.
const DUE: i64 = 100_000;
/// Runs that wait for later.
const WAITING: i64 = 1_000_000;
/// What an action may take: 5,000 a second.
const ACTION: Duration = Duration::from_micros(200);
/// Actions that each run has left.
const ACTIONS: i64 = 2;

const START: Timestamp = Timestamp(1_772_438_400_000);

/// Drains what is due, on one core; then finds what is due among few and among many that wait.
pub fn goals() -> Vec<Goal> {
    vec![drain(), find()]
}

/// Two actions behind a delay, without effects outside: time for each, commits and all. The engine's thread that writes
/// does the work: the processor's time of the process counts, so that no second core helps.
fn drain() -> Goal {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("due.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let engine = runtime.block_on(prepared(&path, DUE, 0));
    let later = START.plus(2 * DAY);
    let (begun, used) = (Instant::now(), processor_time());
    let mut fired = 0;
    runtime
        .block_on(engine.fire_due(later, |outcome| {
            fired += i64::from(outcome.refused.is_none());
        }))
        .unwrap();
    let (time, used) = (begun.elapsed(), processor_time() - used);
    assert_eq!(fired, DUE);
    let actions = (DUE * ACTIONS) as f64;
    println!("workflows: {DUE} runs with {ACTIONS} actions each in {time:.1?}, {used:.1?} of one core");
    Goal::times("workflows", 1.0, used.max(time).div_f64(actions), ACTION)
}

/// The question for what is due, where nothing is, among a hundred and among a million that wait.
fn find() -> Goal {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let of = |name: &str, waiting: i64| runtime.block_on(prepared(&folder.path().join(name), 10, waiting));
    let (few, many) = (of("few.db", 100), of("many.db", WAITING));
    let ask = |engine: &Engine| {
        let due = engine.store().read(|tx| due_timers(tx, START.plus(2 * DAY), 512)).unwrap();
        assert_eq!(std::hint::black_box(due).len(), 10);
    };
    Goal::measure("workflows-find", 1.5, 1, || ask(&many), || ask(&few))
}

/// A database with so many runs that are due in a day, and so many that are due in a year.
async fn prepared(path: &Path, due: i64, waiting: i64) -> Engine {
    let engine = Engine::start(Store::open(path).unwrap(), Origin::Live, &setup(), START).await.unwrap();
    let request = CreateRequest {
        object: "deal".into(),
        pipeline: None,
        stage: None,
        source: Source::Manual,
        properties: std::collections::BTreeMap::new(),
        companies: Vec::new(),
    };
    let draft = written(Draft { subject: Some("Deal".into()), ..Draft::default() });
    let order = Input::Record(std::sync::Arc::new(RecordOrder::Create { request, draft }));
    let record = engine.command(START, None, order).await.unwrap().decision.ticket.unwrap().0;
    // The others are as the first one is, each with ids of its own beyond it.
    let copies = |table: &str, columns: &str, values: &str, count: i64, first: i64| {
        format!(
            "WITH RECURSIVE n (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM n WHERE n < {}) \
             INSERT INTO {table} ({columns}) SELECT {values} FROM {table} AS one, n WHERE one.{} = {record}",
            first + count - 1,
            if table == "record" { "id" } else { "record" }
        )
    };
    let year = START.plus(365 * DAY).0;
    engine
        .store()
        .write(|tx| {
            let mut first = 10_000_000;
            for (count, due_at) in [(due - 1, "one.due_at".to_owned()), (waiting, year.to_string())] {
                if count == 0 {
                    continue;
                }
                let record_columns = "id, object, pipeline, stage, title, source, created_at, event";
                let record_values = "n, object, pipeline, stage, title, source, created_at, event";
                tx.execute(&copies("record", record_columns, record_values, count, first), &[])?;
                let run_columns = "id, record, workflow, revision, enrolled, step, state, due_at, chain, ended_at";
                let run_values = format!("n, n, workflow, revision, enrolled, step, state, {due_at}, chain, ended_at");
                tx.execute(&copies("run", run_columns, &run_values, count, first), &[])?;
                tx.execute(
                    &format!(
                        "INSERT INTO timer (id, due_at, kind, subject, attempt, lease_until, fence, done_at) \
                         SELECT id, due_at, 'run', id, 0, NULL, 0, NULL FROM run WHERE id >= {first} AND id < {}",
                        first + count
                    ),
                    &[],
                )?;
                first += count;
            }
            tx.execute("UPDATE counter SET next = $1 WHERE name = 'id'", &[row::Value::Integer(first)])?;
            Ok(())
        })
        .unwrap();
    engine
}

fn setup() -> Setup {
    let mut setup = config::builtin().setup;
    let nothing = TemplatedAutomation { on: false, target: String::new() };
    let stage = |name: &str| Stage {
        name: name.into(),
        label: name.into(),
        state: StageState::Open,
        probability: None,
        archived: false,
    };
    setup.pipelines.push(Pipeline {
        name: "sales".into(),
        label: "Sales".into(),
        object: "deal".into(),
        stages: vec![stage("asked"), stage("offered")],
        on_send: nothing.clone(),
        on_reply: nothing,
        reopen_within: None,
        automations: Vec::new(),
    });
    let delay = Action::Delay { until: Delay::For { span: Span { count: 1, unit: SpanUnit::Days } } };
    let value = Action::SetProperty { property: "amount".into(), value: Some("100".into()) };
    let steps = vec![delay, value, Action::SetStage { stage: "offered".into() }];
    setup.workflows.push(Workflow {
        name: "chase".into(),
        label: "Chase".into(),
        object: "deal".into(),
        on: true,
        published: Some(Definition {
            trigger: Trigger::RecordCreated,
            filter: None,
            chat: false,
            reenrol: true,
            goal: None,
            time_zone: "UTC".into(),
            hours: None,
            steps: ticketd::workflow::numbered(&steps.into_iter().map(Step::from).collect::<Vec<_>>()),
        }),
        draft: None,
    });
    setup
}

/// The processor's time that this process has used so far, of all its threads.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // Behind the name, which may hold anything: utime and stime are the 12th and 13th, in hundredths of a second.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}
