/** The code and the message of an error response: ItPay's, or the first of GoPay's. */
export function problemOf(text: string | undefined): { code?: string | undefined; message?: string | undefined } {
  try {
    const body = JSON.parse(text ?? "") as {
      error?: { code?: string; message?: string };
      errors?: GoPayError[];
    } & GoPayError;
    if (body.error !== undefined) return { code: body.error.code, message: body.error.message };
    const { error_code, field, message, description } = body.errors?.[0] ?? body;
    return {
      code: error_code?.toString(),
      message: [field, description ?? message].filter((part) => part != null).join(" "),
    };
  } catch {
    return {};
  }
}

interface GoPayError {
  error_code?: number;
  field?: string | null;
  message?: string;
  description?: string | null;
}
