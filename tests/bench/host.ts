import { SerialPort } from 'serialport';

/** The host's end of a board's console. */
export interface Host {
  /** All that has arrived, CR taken out. */
  text(): string;
  /** Forgets what has arrived. */
  clear(): void;
  /** Waits for a text that matches, anywhere in what has arrived; quotes the end of it when none comes. */
  until(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  send(text: string | Buffer): Promise<void>;
  setBaudRate(baudRate: number): Promise<void>;
  /** Sends a command and returns its answer, up to `OK` or `ERROR`. */
  ask(command: string, timeoutMs?: number): Promise<string>;
  close(): Promise<void>;
}

export async function openHost(path: string, baudRate = 115200): Promise<Host> {
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  let received = '';
  const waiting = new Set<() => void>();
  port.on('data', (chunk: Buffer) => {
    received += chunk.toString('utf8').replaceAll('\r', '');
    for (const look of [...waiting]) look();
  });
  port.on('error', () => undefined);

  const until = (pattern: RegExp, timeoutMs = 5000): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        waiting.delete(look);
      };
      const look = (): void => {
        const found = pattern.exec(received);
        if (found === null) return;
        settle();
        resolve(found);
      };
      const timer = setTimeout(() => {
        settle();
        reject(new Error(`no ${pattern} within ${timeoutMs} ms; got …${received.slice(-600)}`));
      }, timeoutMs);
      waiting.add(look);
      look();
    });
  const send = (text: string | Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      port.write(text, (error) => (error ? reject(error) : resolve()));
    });
  return {
    text: () => received,
    clear: () => void (received = ''),
    until,
    send,
    setBaudRate: (rate) =>
      new Promise((resolve, reject) => {
        port.update({ baudRate: rate }, (error) => (error ? reject(error) : resolve()));
      }),
    async ask(command, timeoutMs) {
      received = '';
      await send(`${command}\n`);
      await until(/^(OK|ERROR: .*)\n/m, timeoutMs);
      return received;
    },
    close: () => new Promise<void>((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve())),
  };
}
