//! Recurrences: a first payment and its charges, which GoPay makes in a cycle or the merchant on demand.

use alloc::{borrow::ToOwned, string::String};

use super::{
    Change, GoPayEndpoint, Operation, OperationResult, Payment, invalid_field, parse_object,
    payments::{MAX_DESCRIPTION, MAX_ORDER_NUMBER, check_items},
    routes,
};
use crate::{
    Endpoint, Error,
    endpoint::{read_object, read_params, same_id},
    http::{Method, Request, Response},
    json::{FieldReader, FieldResult, open_enum},
    money::{amount, check_currency},
    time::parse_iso8601,
};

open_enum! {
    /// Who charges, and when.
    Cycle {
        /// GoPay, every few days.
        Day = "DAY",
        /// GoPay, every few weeks.
        Week = "WEEK",
        /// GoPay, every few months.
        Month = "MONTH",
        /// The merchant, by [`CreateRecurrence`].
        OnDemand = "ON_DEMAND",
    }
}

open_enum! {
    /// The state of a recurrence.
    RecurrenceState {
        /// The first payment is not paid yet.
        Requested = "REQUESTED",
        /// It can be charged.
        Started = "STARTED",
        /// It cannot be charged anymore.
        Stopped = "STOPPED",
    }
}

/// The recurrence of a first payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    /// Who charges, and when.
    pub cycle: Option<Cycle>,
    /// The number of cycles between two charges.
    pub period: Option<i64>,
    /// The last day, such as `2030-12-31`.
    pub date_to: Option<String>,
    /// The current state.
    pub state: Option<RecurrenceState>,
}

impl Recurrence {
    pub(super) fn read(mut fields: FieldReader) -> Recurrence {
        // Samples have the period as a string, responses as a number.
        let period = fields.text("recurrence_period").map(|text| text.parse().ok());
        Recurrence {
            cycle: fields.text("recurrence_cycle").map(Into::into),
            period: period.unwrap_or_else(|| fields.integer("recurrence_period").ok()),
            date_to: fields.text("recurrence_date_to"),
            state: fields.text("recurrence_state").map(Into::into),
        }
    }

    /// Validates a caller's recurrence.
    pub(super) fn check(fields: &mut FieldReader) -> FieldResult<()> {
        let cycle: Cycle = fields.string("recurrence_cycle")?.into();
        let has_period = fields.has("recurrence_period");
        match cycle {
            Cycle::Other(_) => return fields.field_error("recurrence_cycle", "must be DAY, WEEK, MONTH or ON_DEMAND"),
            Cycle::OnDemand if has_period => {
                return fields.field_error("recurrence_period", "must be left out for ON_DEMAND");
            }
            Cycle::OnDemand => {}
            _ if fields.integer_or_digits("recurrence_period")? < 1 => {
                return fields.field_error("recurrence_period", "must be at least 1");
            }
            _ => {}
        }
        let date = fields.string("recurrence_date_to")?;
        if date.len() != 10 || parse_iso8601(&date).is_none() {
            return fields.field_error("recurrence_date_to", "must be a date such as 2030-12-31");
        }
        Ok(())
    }
}

/// `POST /payments/payment/{parent}/create-recurrence`: charges the payer of a recurrence again.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateRecurrence {
    parent_id: String,
    body: String,
}

impl CreateRecurrence {
    /// Reads a caller's parameters, named as on the wire. The id is always the first payment's.
    pub fn from_json(parent_id: &str, params: &str) -> Result<CreateRecurrence, Error> {
        read_params(params, |mut fields| {
            let amount = amount(&mut fields)?;
            let currency = fields.string("currency")?;
            if let Err(problem) = check_currency(&currency) {
                return fields.field_error("currency", problem);
            }
            fields.text_up_to("order_number", MAX_ORDER_NUMBER, true)?;
            fields.text_up_to("order_description", MAX_DESCRIPTION, false)?;
            check_items(&mut fields, amount)?;
            Ok(CreateRecurrence { parent_id: parent_id.to_owned(), body: fields.with(&[], &[]) })
        })
    }
}

impl Endpoint for CreateRecurrence {
    type Output = Payment;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Post, routes::create_recurrence(&self.parent_id)?).with_json(self.body.clone()))
    }

    fn parse(response: &Response) -> Result<Payment, Error> {
        parse_object(response, Payment::read)
    }
}

impl GoPayEndpoint for CreateRecurrence {
    const CHANGES: bool = true;

    fn read(&self, response: &Response, json: &str) -> Result<Payment, Error> {
        let payment = read_object(response, json, Payment::read)?;
        same_id(response, "parent_id", payment.parent_id.as_ref().unwrap_or(&self.parent_id), &self.parent_id)?;
        if payment.id == self.parent_id {
            return Err(invalid_field(response, "id", "is the first payment's, and not that of a new charge"));
        }
        Ok(payment)
    }

    fn change(&self) -> Option<Change> {
        Change::new(&self.parent_id, Operation::Recurred)
    }
}

/// `POST /payments/payment/{id}/void-recurrence`: no further charges.
#[derive(Clone, Debug, PartialEq)]
pub struct VoidRecurrence {
    /// The id of the first payment.
    pub id: String,
}

impl Endpoint for VoidRecurrence {
    type Output = OperationResult;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Post, routes::void_recurrence(&self.id)?).with_form(String::new()))
    }

    fn parse(response: &Response) -> Result<OperationResult, Error> {
        parse_object(response, OperationResult::read)
    }
}

impl GoPayEndpoint for VoidRecurrence {
    const CHANGES: bool = true;

    fn read(&self, response: &Response, json: &str) -> Result<OperationResult, Error> {
        OperationResult::of_change(response, json, &self.id)
    }

    fn change(&self) -> Option<Change> {
        Change::new(&self.id, Operation::RecurrenceVoided)
    }
}
