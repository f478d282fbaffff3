const CODES = /^(?:ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+)$/;

/**
 * Whether an answer could not be sent because the other end went away, or went on with what is no HTTP.
 * Anybody can do so as often as they like: it is no fault of ours, and must not fill the log with errors.
 */
export function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CODES.test(String(error.code));
}
