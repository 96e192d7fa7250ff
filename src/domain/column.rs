//! Which Rust types may stand in a column, and how.

use super::row::{Column, Value};
use super::*;

impl Column for i64 {
    fn to_value(&self) -> Value {
        Value::Integer(*self)
    }
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Integer(number) => Ok(number),
            other => Err(format!("an integer was expected, not {other:?}")),
        }
    }
}

impl Column for bool {
    fn to_value(&self) -> Value {
        Value::Integer(i64::from(*self))
    }
    fn from_value(value: Value) -> Result<Self, String> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl Column for String {
    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Ok(text),
            other => Err(format!("text was expected, not {other:?}")),
        }
    }
}

impl Column for Vec<u8> {
    fn to_value(&self) -> Value {
        Value::Blob(self.clone())
    }
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Blob(bytes) => Ok(bytes),
            other => Err(format!("bytes were expected, not {other:?}")),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Column::to_value)
    }
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl Column for ContentDigest {
    fn to_value(&self) -> Value {
        Value::Blob(self.0.to_vec())
    }
    fn from_value(value: Value) -> Result<Self, String> {
        let bytes = Vec::<u8>::from_value(value)?;
        bytes.try_into().map(ContentDigest).map_err(|_| "a digest has 32 bytes".to_owned())
    }
}

impl Column for EmailAddress {
    fn to_value(&self) -> Value {
        Value::Text(self.as_str().to_owned())
    }
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        EmailAddress::parse(&text).ok_or_else(|| "no e-mail address".to_owned())
    }
}

macro_rules! integer_columns {
    ($($name:ident),+) => {$(
        impl Column for $name {
            fn to_value(&self) -> Value { Value::Integer(self.0) }
            fn from_value(value: Value) -> Result<Self, String> { i64::from_value(value).map($name) }
        }
    )+};
}
integer_columns!(
    MessageId,
    DeliveryId,
    ContentId,
    ThreadId,
    RecordId,
    StageChangeId,
    AddressId,
    ContactId,
    UserId,
    MailboxId,
    FolderId,
    SendId,
    TimerId,
    HeldNoticeId,
    CompanyId,
    TaskId,
    NoteId,
    RevisionId,
    RunId,
    WebhookId,
    StepId,
    EventSeq,
    Timestamp,
    LookupKey
);

macro_rules! word_columns {
    ($($name:ident),+ $(,)?) => {$(
        impl Column for $name {
            fn to_value(&self) -> Value { Value::Text(self.as_str().to_owned()) }
            fn from_value(value: Value) -> Result<Self, String> { String::from_value(value)?.parse() }
        }
    )+};
}
word_columns!(
    Kind,
    MailboxKind,
    FolderRole,
    Source,
    DeliveryState,
    BounceClass,
    ReviewReason,
    Verdict,
    SendPurpose,
    SendState,
    RecipientRole,
    RecipientState,
    TimerKind,
    StageCause,
    Flag,
    RunState,
    ActionKind,
    ActionOutcome,
    WebhookState,
    Origin
);
