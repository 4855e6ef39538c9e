import { RigError } from '../../core/errors.js';

/** What a connection attempt's error says, for a person at the line. */
const refusals: Record<string, string> = {
  ECONNREFUSED: 'it refuses the connection: it is there, but no server listens (yet)',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'it does not answer on the local network',
  ECONNRESET: 'it drops the connection at once',
  EPIPE: 'it drops the connection at once',
};

/** Faults of this host or of the station file. */
const rigFaults: Record<string, string> = {
  ENETUNREACH: 'this host has no route there',
  EADDRNOTAVAIL: 'this host has no address from which to reach it',
  EACCES: 'this host may not send there',
  EPERM: 'this host may not send there; a firewall rule?',
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'the name server does not answer',
};

/** Why a device could not be met: NETWORK_UNREACHABLE where this host is at fault, else DUT_SILENT. `where` names address and port. */
export function notMet(thrown: unknown, where: string): RigError {
  if (thrown instanceof RigError) return thrown;
  const code = errnoOf(thrown);
  const rigFault = rigFaults[code];
  if (rigFault !== undefined)
    return new RigError('NETWORK_UNREACHABLE', `${where}: ${rigFault}`, { cause: thrown });
  const why = refusals[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new RigError('DUT_SILENT', `nobody was met at ${where}: ${why}`, { cause: thrown });
}

/** The connection was there, and went away while something was done. */
export function connectionLost(where: string, doing: string, cause?: unknown): RigError {
  const why = errnoOf(cause) === 'ECONNRESET' ? 'was reset' : 'ended';
  return new RigError('CONNECTION_LOST', `the connection to ${where} ${why} while ${doing}`, {
    ...(cause !== undefined && { cause }),
  });
}

/** Whether a device that is just starting may give this answer. */
export function mayBeStarting(thrown: unknown): boolean {
  return !(thrown instanceof RigError) && errnoOf(thrown) !== 'EACCES' && errnoOf(thrown) !== 'EPERM';
}

function errnoOf(thrown: unknown): string {
  const first: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const code: unknown = (first as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
