// GoPay's objects as they are on the wire (REST API v3). Amounts are integers in minor units; unknown fields pass.

/** Known states, and whatever GoPay adds. */
export type GoPayState =
  | "CREATED"
  | "PAYMENT_METHOD_CHOSEN"
  | "AUTHORIZED"
  | "PAID"
  | "CANCELED"
  | "TIMEOUTED"
  | "REFUNDED"
  | "PARTIALLY_REFUNDED"
  | (string & {});

export interface GoPayContact {
  first_name?: string;
  last_name?: string;
  email?: string;
  phone_number?: string;
  city?: string;
  street?: string;
  postal_code?: string;
  /** ISO 3166-1 alpha-3, such as `CZE`. */
  country_code?: string;
}

export interface GoPayItem {
  type?: "ITEM" | "DELIVERY" | "DISCOUNT" | (string & {});
  name: string;
  /** Of the whole line, in minor units; may be negative. All lines together are the payment's amount. */
  amount: number;
  count?: number;
  vat_rate?: number | string;
  ean?: string | number;
  product_url?: string;
}

export interface GoPayRecurrence {
  /** Who charges, and how often: GoPay by itself, or you with `createRecurrence` (ON_DEMAND). */
  recurrence_cycle: "DAY" | "WEEK" | "MONTH" | "ON_DEMAND" | (string & {});
  /** Every so many cycles, from 1; left out for ON_DEMAND. */
  recurrence_period?: number | string;
  /** The last day, `yyyy-mm-dd`, before 2099-12-31. */
  recurrence_date_to: string;
  recurrence_state?: "REQUESTED" | "STARTED" | "STOPPED" | (string & {});
}

export interface CreateGoPayPaymentParams {
  /** In minor units, above 0. */
  amount: number;
  /** ISO 4217, such as `CZK`. */
  currency: string;
  /** Your own, at most 128 characters. */
  order_number: string;
  order_description?: string;
  items?: GoPayItem[];
  callback: { return_url: string; notification_url?: string };
  payer?: {
    allowed_payment_instruments?: string[];
    default_payment_instrument?: string;
    allowed_swifts?: string[];
    default_swift?: string;
    contact?: GoPayContact;
    [field: string]: unknown;
  };
  /** Blocks the money until `capture` or `voidAuthorization`. */
  preauthorization?: boolean;
  recurrence?: GoPayRecurrence;
  additional_params?: { name: string; value: string }[];
  /** Such as `EN`. */
  lang?: string;
  /** Default: the client's e-shop. */
  target?: { type: string; goid: number };
  [field: string]: unknown;
}

export interface CreateGoPayRecurrenceParams {
  /** In minor units, above 0. */
  amount: number;
  currency: string;
  order_number: string;
  order_description?: string;
  items?: GoPayItem[];
  additional_params?: { name: string; value: string }[];
  [field: string]: unknown;
}

/** A payment, its strings trimmed and its `additional_params` decoded. */
export interface GoPayPayment {
  id: number | string;
  /** Of a charge of a recurrence: the first payment. */
  parent_id?: number | string;
  order_number?: string;
  state: GoPayState;
  /** Why, such as `_5006`: not enough money. */
  sub_state?: string;
  amount?: number;
  currency?: string;
  payment_instrument?: string;
  payer?: { contact?: GoPayContact; [field: string]: unknown };
  target?: { type?: string; goid?: number | string };
  recurrence?: GoPayRecurrence;
  preauthorization?: { requested?: boolean; state?: "REQUESTED" | "AUTHORIZED" | "CAPTURED" | "CANCELED" | (string & {}) };
  additional_params?: { name: string; value: string }[];
  lang?: string;
  /** Where the payer pays. */
  gw_url?: string;
  [field: string]: unknown;
}

export interface GoPayRefund {
  id: number | string;
  state: "REQUESTED" | "SUCCESS" | "FAILED" | (string & {});
  /** In minor units. */
  amount: number;
  currency?: string;
  date_requested?: string | number;
  date_last_change?: string | number;
  [field: string]: unknown;
}

/** ACCEPTED: queued, read the payment again. FINISHED: done. (FAILED is an error.) */
export interface GoPayResult {
  id?: number | string;
  result: "ACCEPTED" | "FINISHED" | (string & {});
  [field: string]: unknown;
}

export interface GoPayPaymentInstruments {
  groups?: Record<string, unknown>;
  enabledPaymentInstruments?: { paymentInstrument: string; [field: string]: unknown }[];
  [field: string]: unknown;
}

export interface GoPayAccountStatementParams {
  /** `yyyy-mm-dd`. */
  date_from: string;
  /** `yyyy-mm-dd`. */
  date_to: string;
  currency: string;
  format: "CSV_A" | "CSV_B" | "CSV_C" | "CSV_D" | "CSV_E" | "XLS_A" | "XLS_B" | "XLS_C" | "ABO_A" | "ABO_B" | "PDF_A";
  /** Default: the client's e-shop. */
  goid?: number;
}
