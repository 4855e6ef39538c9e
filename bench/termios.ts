import koffi from 'koffi';

const TCGETS2 = 0x802c542a;
const TCSETS2 = 0x402c542b;
const TIOCEXCL = 0x540c;
const TIOCNXCL = 0x540d;
const TIOCGEXCL = 0x80045440;
const FIONREAD = 0x541b;
const POLLIN = 1;
const POLLHUP = 0x10;
const O_CLOEXEC = 0o2000000;

/** Layout of the kernel's `struct termios2`, the same on every little-endian Linux that Node supports. */
const termios2 = {
  sizeBytes: 44,
  inputFlags: 0,
  outputFlags: 4,
  controlFlags: 8,
  localFlags: 12,
  inRate: 36,
  outRate: 40,
};
/** BOTHER | CS8 | CREAD | CLOCAL: eight bits, any rate, no modem lines. */
const rawControlFlags = 0x1000 | 0o60 | 0o200 | 0o4000;

const libc = koffi.load(null);
const ioctl = libc.func('ioctl', 'int', ['int', 'unsigned long', 'void *']);
const posixOpenpt = libc.func('posix_openpt', 'int', ['int']);
const grantpt = libc.func('grantpt', 'int', ['int']);
const unlockpt = libc.func('unlockpt', 'int', ['int']);
const ptsnameR = libc.func('ptsname_r', 'int', ['int', 'void *', 'size_t']);
const poll = libc.func('poll', 'int', ['void *', 'unsigned long', 'int']);

/** Opens a new pseudo-terminal with the given open(2) flags: its master's descriptor and its slave's path. */
export function openMaster(flags: number): { fd: number; slavePath: string } {
  const fd = posixOpenpt(flags | O_CLOEXEC) as number;
  if (fd < 0) throw new Error('no pseudo-terminal: /dev/ptmx cannot be opened or kernel.pty.max is reached');
  must(grantpt(fd), 'grantpt');
  must(unlockpt(fd), 'unlockpt');
  const name = Buffer.alloc(128);
  must(ptsnameR(fd, name, name.length), 'ptsname_r');
  return { fd, slavePath: name.toString('latin1', 0, name.indexOf(0)) };
}

/** The slave's rate in bits per second, as its user set it; any number, also asked on the master. */
export function baudRateOf(fd: number): number {
  const state = Buffer.alloc(termios2.sizeBytes);
  must(ioctl(fd, TCGETS2, state), 'TCGETS2');
  return state.readUInt32LE(termios2.outRate);
}

/** Makes the slave transparent: no echo, no translation, no signals; its rate too when one is given. */
export function makeRaw(fd: number, baudRate?: number): void {
  const state = Buffer.alloc(termios2.sizeBytes);
  must(ioctl(fd, TCGETS2, state), 'TCGETS2');
  const rate = baudRate ?? state.readUInt32LE(termios2.outRate);
  for (const flags of [termios2.inputFlags, termios2.outputFlags, termios2.localFlags])
    state.writeUInt32LE(0, flags);
  state.writeUInt32LE(rawControlFlags, termios2.controlFlags);
  state.writeUInt32LE(rate, termios2.inRate);
  state.writeUInt32LE(rate, termios2.outRate);
  must(ioctl(fd, TCSETS2, state), 'TCSETS2');
}

/** Whether somebody claimed the terminal for himself (TIOCEXCL). */
export function isExclusive(fd: number): boolean {
  const answer = Buffer.alloc(4);
  return ioctl(fd, TIOCGEXCL, answer) === 0 && answer.readInt32LE() !== 0;
}

export function setExclusive(fd: number, exclusive: boolean): void {
  must(ioctl(fd, exclusive ? TIOCEXCL : TIOCNXCL, null), 'TIOCEXCL');
}

/** Bytes that wait to be read. */
export function unreadBytes(fd: number): number {
  const answer = Buffer.alloc(4);
  must(ioctl(fd, FIONREAD, answer), 'FIONREAD');
  return answer.readInt32LE();
}

/** True when nobody has the other end open. */
export function isHungUp(masterFd: number): boolean {
  const request = Buffer.alloc(8);
  request.writeInt32LE(masterFd, 0);
  request.writeInt16LE(POLLIN, 4);
  poll(request, 1, 0);
  return (request.readInt16LE(6) & POLLHUP) !== 0;
}

function must(result: unknown, call: string): void {
  if (result !== 0) throw new Error(`${call} failed on a pseudo-terminal (errno ${koffi.errno()})`);
}
