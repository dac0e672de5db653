//! Times and durations of `time`: numbers.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

const NANOS_PER_SEC: u32 = 1_000_000_000;

// Seconds since 1970, rounded down, the nanoseconds since then, and the offset.
converts_via! {
    impl [] OffsetDateTime,
    via: (i64, u32, UtcOffset), at 'a: OffsetDateTime,
    shape: Shape::Named("time::OffsetDateTime"),
    lower: time => (time.unix_timestamp(), time.nanosecond(), time.offset()),
    lift: (seconds, nanos, offset) => {
        let invalid = LiftError::Time(seconds);
        let second = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| invalid)?;
        let time = second.replace_nanosecond(nanos).map_err(|_| LiftError::Nanoseconds(nanos))?;
        time.checked_to_offset(offset).ok_or(invalid)
    },
}

converts_via! {
    impl [] PrimitiveDateTime,
    via: (Date, Time), at 'a: PrimitiveDateTime,
    shape: Shape::Named("time::PrimitiveDateTime"),
    lower: time => (time.date(), time.time()),
    lift: (date, time) => Ok(PrimitiveDateTime::new(date, time)),
}

// The number of the Julian day.
converts_via! {
    impl [] Date,
    via: i32, at 'a: Date,
    shape: Shape::Named("time::Date"),
    lower: date => date.to_julian_day(),
    lift: day => Date::from_julian_day(day)
        .map_err(|_| LiftError::Refused("a date must be in the range of time::Date")),
}

// Hour, minute, second and nanosecond.
converts_via! {
    impl [] Time,
    via: (u8, u8, u8, u32), at 'a: Time,
    shape: Shape::Named("time::Time"),
    lower: time => time.as_hms_nano(),
    lift: (hour, minute, second, nanos) => Time::from_hms_nano(hour, minute, second, nanos)
        .map_err(|_| LiftError::Refused("a time of day must be less than 24 hours")),
}

// Seconds to the east.
converts_via! {
    impl [] UtcOffset,
    via: i32, at 'a: UtcOffset,
    shape: Shape::Named("time::UtcOffset"),
    lower: offset => offset.whole_seconds(),
    lift: seconds => UtcOffset::from_whole_seconds(seconds)
        .map_err(|_| LiftError::Refused("an offset from UTC must be less than 26 hours")),
}

// Whole seconds and nanoseconds, of one sign.
converts_via! {
    impl [] Duration,
    via: (i64, i32), at 'a: Duration,
    shape: Shape::Named("time::Duration"),
    lower: duration => (duration.whole_seconds(), duration.subsec_nanoseconds()),
    lift: (seconds, nanos) => {
        let is_of_one_sign = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
        if nanos.unsigned_abs() < NANOS_PER_SEC && is_of_one_sign {
            Ok(Duration::new(seconds, nanos))
        } else {
            Err(LiftError::Nanoseconds(nanos.unsigned_abs()))
        }
    },
}
