/** Why a loader refuses a command. */
export type Failure =
  | 'length'
  | 'checksum'
  | 'unknown-command'
  | 'not-writing'
  | 'flash-write'
  | 'flash-read'
  | 'read-length'
  | 'inflate'
  | 'block-size'
  | 'too-little-data'
  | 'too-much-data'
  | 'ram-size'
  | 'ram-address';

const romCodes: Record<Failure, number> = {
  length: 0x05,
  checksum: 0x07,
  'unknown-command': 0x05,
  'not-writing': 0x06,
  'flash-write': 0x08,
  'flash-read': 0x09,
  'read-length': 0x0a,
  inflate: 0x0b,
  'block-size': 0x0d,
  'too-little-data': 0x06,
  'too-much-data': 0x06,
  'ram-size': 0x0e,
  'ram-address': 0x0f,
};

const stubCodes: Record<Failure, number> = {
  length: 0xc0,
  checksum: 0xc1,
  'unknown-command': 0xff,
  'not-writing': 0xc6,
  'flash-write': 0xc4,
  'flash-read': 0xc4,
  'read-length': 0xc2,
  inflate: 0xc7,
  'block-size': 0xc2,
  'too-little-data': 0xc8,
  'too-much-data': 0xc9,
  'ram-size': 0xc0,
  'ram-address': 0xc3,
};

/** Status bytes of a ROM: 1 and the code, filled up to the chip's length. */
export function romStatus(failure: Failure | undefined, lengthBytes: number): Buffer {
  const status = Buffer.alloc(lengthBytes);
  if (failure) status.set([1, romCodes[failure]]);
  return status;
}

/** Status bytes of a stub: the code comes first. */
export function stubStatus(failure: Failure | undefined): Buffer {
  return Buffer.of(failure ? stubCodes[failure] : 0, 0);
}
