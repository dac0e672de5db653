//! Times and durations of `chrono`: numbers. A leap second is a second of more than
//! a thousand million nanoseconds.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use chrono::{
    DateTime, Datelike, FixedOffset, Month, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Timelike, Utc, Weekday,
};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

// Seconds since 1970, rounded down, and the nanoseconds since then.
converts_via! {
    impl [] NaiveDateTime,
    via: (i64, u32), at 'a: NaiveDateTime,
    shape: Shape::Named("chrono::NaiveDateTime"),
    lower: time => (time.and_utc().timestamp(), time.nanosecond()),
    lift: (seconds, nanos) => {
        let second = DateTime::from_timestamp(seconds, 0).ok_or(LiftError::Time(seconds))?;
        second.naive_utc().with_nanosecond(nanos).ok_or(LiftError::Nanoseconds(nanos))
    },
}

converts_via! {
    impl [] DateTime<Utc>,
    via: NaiveDateTime, at 'a: DateTime<Utc>,
    shape: Shape::Apply("chrono::DateTime", &[&Shape::Named("chrono::Utc")]),
    lower: time => time.naive_utc(),
    lift: time => Ok(time.and_utc()),
}

converts_via! {
    impl [] DateTime<FixedOffset>,
    via: (NaiveDateTime, FixedOffset), at 'a: DateTime<FixedOffset>,
    shape: Shape::Apply("chrono::DateTime", &[&Shape::Named("chrono::FixedOffset")]),
    lower: time => (time.naive_utc(), *time.offset()),
    lift: (time, offset) => Ok(offset.from_utc_datetime(&time)),
}

// Seconds to the east.
converts_via! {
    impl [] FixedOffset,
    via: i32, at 'a: FixedOffset,
    shape: Shape::Named("chrono::FixedOffset"),
    lower: offset => offset.local_minus_utc(),
    lift: seconds => FixedOffset::east_opt(seconds)
        .ok_or(LiftError::Refused("an offset from UTC must be less than a day")),
}

// Days, of which the first is the first of January of the year 1.
converts_via! {
    impl [] NaiveDate,
    via: i32, at 'a: NaiveDate,
    shape: Shape::Named("chrono::NaiveDate"),
    lower: date => date.num_days_from_ce(),
    lift: days => NaiveDate::from_num_days_from_ce_opt(days)
        .ok_or(LiftError::Refused("a date must be in the range of chrono::NaiveDate")),
}

// Seconds since midnight, and nanoseconds.
converts_via! {
    impl [] NaiveTime,
    via: (u32, u32), at 'a: NaiveTime,
    shape: Shape::Named("chrono::NaiveTime"),
    lower: time => (time.num_seconds_from_midnight(), time.nanosecond()),
    lift: (seconds, nanos) => {
        let second = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)
            .ok_or(LiftError::Refused("a time of day must be less than 86400 seconds"))?;
        second.with_nanosecond(nanos).ok_or(LiftError::Nanoseconds(nanos))
    },
}

// Seconds, rounded down, and the nanoseconds since then.
converts_via! {
    impl [] TimeDelta,
    via: (i64, u32), at 'a: TimeDelta,
    shape: Shape::Named("chrono::TimeDelta"),
    lower: delta => match delta.subsec_nanos() {
        nanos @ 0.. => (delta.num_seconds(), nanos.cast_unsigned()),
        nanos => (delta.num_seconds() - 1, (nanos + 1_000_000_000).cast_unsigned()),
    },
    lift: (seconds, nanos) => match TimeDelta::new(seconds, nanos) {
        Some(delta) => Ok(delta),
        None if nanos < 1_000_000_000 => Err(LiftError::Time(seconds)),
        None => Err(LiftError::Nanoseconds(nanos)),
    },
}

// Monday is 0.
converts_via! {
    impl [] Weekday,
    via: u8, at 'a: Weekday,
    shape: Shape::Named("chrono::Weekday"),
    lower: day => day.num_days_from_monday() as u8,
    lift: number => Weekday::try_from(number)
        .map_err(|_| LiftError::Refused("a day of the week must be less than 7")),
}

// January is 1.
converts_via! {
    impl [] Month,
    via: u8, at 'a: Month,
    shape: Shape::Named("chrono::Month"),
    lower: month => month.number_from_month() as u8,
    lift: number => Month::try_from(number)
        .map_err(|_| LiftError::Refused("a month must be from 1 to 12")),
}
