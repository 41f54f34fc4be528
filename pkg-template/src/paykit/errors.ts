// PayKit's errors, with the names, codes and status codes of its core, so that code written for one also recognizes the
// other. The names survive minifiers.

/** The fields of an error, without its message. */
export interface PayKitErrorFields {
  /** Such as `gopay`. */
  provider?: string | undefined;
  /** The provider's method, such as `createCheckout`. */
  method?: string | undefined;
  /** Details for debugging. Never a secret. */
  context?: Record<string, unknown> | undefined;
  /** The error below it, such as the client's. */
  cause?: unknown;
  /** Whether the same call may succeed later. Default false. */
  retryable?: boolean | undefined;
  /** The HTTP status for a response. Default: that of the class. */
  statusCode?: number | undefined;
}

/** The base of every error of PayKit. */
export class PayKitError extends Error {
  /** The class, such as `ValidationError`. */
  override readonly name: string = "PayKitError";
  /** A stable code for programs. */
  readonly code: string;
  /** The HTTP status for a response. */
  readonly statusCode: number;
  /** Such as `gopay`. */
  readonly provider: string | undefined;
  /** The provider's method, such as `createCheckout`. */
  readonly method: string | undefined;
  /** Details for the search of the cause. No secrets. */
  readonly context: Record<string, unknown> | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(message: string, fields: PayKitErrorFields & { code: string }) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.statusCode = fields.statusCode ?? 500;
    this.provider = fields.provider;
    this.method = fields.method;
    this.context = fields.context;
    this.retryable = fields.retryable ?? false;
  }
}

/** An invalid parameter. Nothing was sent. */
export class ValidationError extends PayKitError {
  override readonly name = "ValidationError";
  /** The path of the invalid field, such as `provider_metadata.amount`, if it is known. */
  readonly field: string | undefined;

  constructor(message: string, { field, ...fields }: PayKitErrorFields & { field?: string | undefined } = {}) {
    super(message, {
      statusCode: 400,
      ...fields,
      context: field === undefined ? fields.context : { field, ...fields.context },
      code: "VALIDATION_ERROR",
    });
    this.field = field;
  }
}

/** The provider does not support the operation. */
export class ProviderNotSupportedError extends PayKitError {
  override readonly name = "ProviderNotSupportedError";

  constructor(
    method: string,
    provider: string,
    {
      reason,
      alternative,
      ...fields
    }: PayKitErrorFields & { reason?: string | undefined; alternative?: string | undefined } = {},
  ) {
    const because = reason === undefined ? "" : ` ${reason}`;
    const instead = alternative === undefined ? "" : ` Alternative: ${alternative}`;
    const message = `${provider} does not support ${method}.${because}${instead}`;
    super(message, {
      statusCode: 501,
      ...fields,
      context: { reason, alternative, ...fields.context },
      provider,
      method,
      code: "PROVIDER_NOT_SUPPORTED",
    });
  }
}

/** This version does not implement the operation. */
export class NotImplementedError extends PayKitError {
  override readonly name = "NotImplementedError";

  constructor(method: string, provider: string, fields: PayKitErrorFields = {}) {
    super(`${provider} does not implement ${method}`, {
      statusCode: 501,
      ...fields,
      provider,
      method,
      code: "NOT_IMPLEMENTED",
    });
  }
}

/** The provider does not have the resource. */
export class ResourceNotFoundError extends PayKitError {
  override readonly name = "ResourceNotFoundError";

  constructor(type: string, id: string, provider: string, fields: PayKitErrorFields = {}) {
    super(`${type} ${id} was not found at ${provider}`, {
      statusCode: 404,
      ...fields,
      context: { type, id, ...fields.context },
      provider,
      code: "RESOURCE_NOT_FOUND",
    });
  }
}

/** A webhook was rejected. `retryable` tells whether another delivery may succeed. */
export class WebhookError extends PayKitError {
  override readonly name = "WebhookError";

  constructor(message: string, fields: PayKitErrorFields = {}) {
    super(message, { statusCode: 400, ...fields, code: "WEBHOOK_ERROR" });
  }
}

/** The configuration of a provider is invalid. */
export class ConfigurationError extends PayKitError {
  override readonly name = "ConfigurationError";
  /** The options or variables that are missing or wrong. */
  readonly missingKeys: string[];

  constructor(
    message: string,
    { missingKeys = [], ...fields }: PayKitErrorFields & { missingKeys?: string[] | undefined } = {},
  ) {
    super(message, {
      statusCode: 500,
      ...fields,
      context: { missingKeys, ...fields.context },
      code: "CONFIGURATION_ERROR",
    });
    this.missingKeys = missingKeys;
  }
}

/** The provider rejected the call, failed or did not respond. `cause` has the details. */
export class OperationFailedError extends PayKitError {
  override readonly name = "OperationFailedError";

  constructor(
    operation: string,
    provider: string,
    { reason, ...fields }: PayKitErrorFields & { reason?: string | undefined } = {},
  ) {
    const because = reason === undefined ? "" : `: ${reason}`;
    const message = `Failed to ${operation} with ${provider}${because}`;
    super(message, { statusCode: 500, method: operation, ...fields, provider, code: "OPERATION_FAILED" });
  }
}

/** The provider rejected the credentials. */
export class AuthenticationError extends PayKitError {
  override readonly name = "AuthenticationError";

  constructor(provider: string, message = `${provider} refused the credentials`, fields: PayKitErrorFields = {}) {
    super(message, { statusCode: 401, ...fields, provider, code: "AUTHENTICATION_ERROR" });
  }
}

/** Too many requests. */
export class RateLimitError extends PayKitError {
  override readonly name = "RateLimitError";
  /** The provider's `Retry-After`, in seconds, as in PayKit's core. (`RateLimitError` of `itpay` has milliseconds.) */
  readonly retryAfter: number | undefined;

  constructor(
    provider: string,
    {
      retryAfter,
      limit,
      ...fields
    }: PayKitErrorFields & { retryAfter?: number | undefined; limit?: number | undefined } = {},
  ) {
    super(`${provider} received too many requests`, {
      statusCode: 429,
      retryable: true,
      ...fields,
      context: { retryAfter, limit, ...fields.context },
      provider,
      code: "RATE_LIMIT_ERROR",
    });
    this.retryAfter = retryAfter;
  }
}

/** A parameter has the wrong type. */
export class InvalidTypeError extends PayKitError {
  override readonly name = "InvalidTypeError";

  constructor(field: string, expected: string, received: string, fields: PayKitErrorFields = {}) {
    super(`${field} must be ${expected}, not ${received}`, {
      statusCode: 400,
      ...fields,
      context: { field, expected, received, ...fields.context },
      code: "INVALID_TYPE",
    });
  }
}

/** A valid parameter conflicts with the state of the resource. */
export class ConstraintViolationError extends PayKitError {
  override readonly name = "ConstraintViolationError";

  constructor(message: string, fields: PayKitErrorFields = {}) {
    super(message, { statusCode: 400, ...fields, code: "CONSTRAINT_VIOLATION" });
  }
}
