// PayKit's errors: names, codes and status codes as its core has them, so that code written for either recognises
// both. Names survive minifiers.

export interface PayKitErrorFields {
  /** Such as `gopay`. */
  provider?: string | undefined;
  /** The provider's method, such as `createCheckout`. */
  method?: string | undefined;
  /** Whatever helps to find the cause. Never a secret. */
  context?: Record<string, unknown> | undefined;
  cause?: unknown;
  /** Whether the same call may succeed later. Default false. */
  retryable?: boolean | undefined;
  /** What to answer an HTTP request with. Default: the class's. */
  statusCode?: number | undefined;
}

/** The base of every error of PayKit. */
export class PayKitError extends Error {
  override readonly name: string = "PayKitError";
  /** Stable, for programs. */
  readonly code: string;
  /** What to answer an HTTP request with. */
  readonly statusCode: number;
  readonly provider: string | undefined;
  readonly method: string | undefined;
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

/** A parameter that is not what it must be: nothing was sent. */
export class ValidationError extends PayKitError {
  override readonly name = "ValidationError";
  /** The culprit, such as `provider_metadata.amount`, where it is known. */
  readonly field: string | undefined;

  constructor(message: string, { field, ...fields }: PayKitErrorFields & { field?: string | undefined } = {}) {
    super(message, { statusCode: 400, ...fields, context: field === undefined ? fields.context : { field, ...fields.context }, code: "VALIDATION_ERROR" });
    this.field = field;
  }
}

/** Something that the provider cannot do at all. */
export class ProviderNotSupportedError extends PayKitError {
  override readonly name = "ProviderNotSupportedError";

  constructor(method: string, provider: string, { reason, alternative, ...fields }: PayKitErrorFields & { reason?: string | undefined; alternative?: string | undefined } = {}) {
    const because = reason === undefined ? "" : ` ${reason}`;
    const instead = alternative === undefined ? "" : ` Alternative: ${alternative}`;
    const message = `${provider} does not support ${method}.${because}${instead}`;
    super(message, { statusCode: 501, ...fields, context: { reason, alternative, ...fields.context }, provider, method, code: "PROVIDER_NOT_SUPPORTED" });
  }
}

/** Something that the provider could do, but this version does not. */
export class NotImplementedError extends PayKitError {
  override readonly name = "NotImplementedError";

  constructor(method: string, provider: string, fields: PayKitErrorFields = {}) {
    super(`${provider} does not implement ${method}`, { statusCode: 501, ...fields, provider, method, code: "NOT_IMPLEMENTED" });
  }
}

/** There is no such thing at the provider. */
export class ResourceNotFoundError extends PayKitError {
  override readonly name = "ResourceNotFoundError";

  constructor(type: string, id: string, provider: string, fields: PayKitErrorFields = {}) {
    super(`${type} ${id} was not found at ${provider}`, { statusCode: 404, ...fields, context: { type, id, ...fields.context }, provider, code: "RESOURCE_NOT_FOUND" });
  }
}

/** A webhook that was not taken. `retryable` says whether another delivery may be. */
export class WebhookError extends PayKitError {
  override readonly name = "WebhookError";

  constructor(message: string, fields: PayKitErrorFields = {}) {
    super(message, { statusCode: 400, ...fields, code: "WEBHOOK_ERROR" });
  }
}

/** A provider that was set up wrongly. */
export class ConfigurationError extends PayKitError {
  override readonly name = "ConfigurationError";
  /** The options or variables that are missing or wrong. */
  readonly missingKeys: string[];

  constructor(message: string, { missingKeys = [], ...fields }: PayKitErrorFields & { missingKeys?: string[] | undefined } = {}) {
    super(message, { statusCode: 500, ...fields, context: { missingKeys, ...fields.context }, code: "CONFIGURATION_ERROR" });
    this.missingKeys = missingKeys;
  }
}

/** The provider refused, failed or did not answer. The `cause` says which. */
export class OperationFailedError extends PayKitError {
  override readonly name = "OperationFailedError";

  constructor(operation: string, provider: string, { reason, ...fields }: PayKitErrorFields & { reason?: string | undefined } = {}) {
    const because = reason === undefined ? "" : `: ${reason}`;
    const message = `Failed to ${operation} with ${provider}${because}`;
    super(message, { statusCode: 500, method: operation, ...fields, provider, code: "OPERATION_FAILED" });
  }
}

/** The provider did not accept the credentials. */
export class AuthenticationError extends PayKitError {
  override readonly name = "AuthenticationError";

  constructor(provider: string, message = `${provider} did not accept the credentials`, fields: PayKitErrorFields = {}) {
    super(message, { statusCode: 401, ...fields, provider, code: "AUTHENTICATION_ERROR" });
  }
}

/** Too many requests. */
export class RateLimitError extends PayKitError {
  override readonly name = "RateLimitError";
  /** How long the provider asked to wait, in seconds, where it said so. */
  readonly retryAfter: number | undefined;

  constructor(provider: string, { retryAfter, limit, ...fields }: PayKitErrorFields & { retryAfter?: number | undefined; limit?: number | undefined } = {}) {
    super(`${provider} was asked too often`, { statusCode: 429, retryable: true, ...fields, context: { retryAfter, limit, ...fields.context }, provider, code: "RATE_LIMIT_ERROR" });
    this.retryAfter = retryAfter;
  }
}

/** A parameter of the wrong type. */
export class InvalidTypeError extends PayKitError {
  override readonly name = "InvalidTypeError";

  constructor(field: string, expected: string, received: string, fields: PayKitErrorFields = {}) {
    super(`${field} must be ${expected}, not ${received}`, { statusCode: 400, ...fields, context: { field, expected, received, ...fields.context }, code: "INVALID_TYPE" });
  }
}

/** A parameter of the right type that something else rules out. */
export class ConstraintViolationError extends PayKitError {
  override readonly name = "ConstraintViolationError";

  constructor(message: string, fields: PayKitErrorFields = {}) {
    super(message, { statusCode: 400, ...fields, code: "CONSTRAINT_VIOLATION" });
  }
}
