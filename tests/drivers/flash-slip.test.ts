import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeDataFrame, encodeFrame, makeFrameDecoder } from '../../drivers/flash/esptool-js/slip.js';
import { noise } from './flash-rig.js';

const decoded = (chunks: Buffer[]) => {
  const packets: Buffer[] = [];
  const decoder = makeFrameDecoder((packet) => packets.push(Buffer.from(packet)));
  chunks.forEach((chunk) => decoder.push(chunk));
  return packets;
};
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('the vendor’s golden frames', () => {
  const readRegister = encodeFrame(hex('00 0A 04 00 00 00 00 00 00 10 00 40'));
  assert.deepEqual(readRegister, hex('C0 00 0A 04 00 00 00 00 00 00 10 00 40 C0'));
  assert.deepEqual(encodeFrame(hex('C0 DB')), hex('C0 DB DC DB DD C0'));
  assert.deepEqual(decoded([hex('C0 01 0A 02 00 83 1D F0 00 00 00 C0')]), [
    hex('01 0A 02 00 83 1D F0 00 00 00'),
  ]);
});

test('a data frame carries length, sequence number and the checksum of the data', () => {
  const [packet] = decoded([encodeDataFrame(0x11, 7, hex('01 02 03'))]);
  assert.deepEqual(
    packet,
    hex('00 11 13 00 EF 00 00 00  03 00 00 00  07 00 00 00  00 00 00 00  00 00 00 00  01 02 03'),
  );
});

test('every checksum and every byte survives, also those that must be escaped in the header', () => {
  for (let checksum = 0; checksum < 256; checksum++) {
    const data = Buffer.concat([noise(500, checksum), Buffer.from('c0dbdcdd', 'hex')]);
    data[0] = 0;
    data[0] = data.reduce((sum, byte) => sum ^ byte, 0xef) ^ checksum;
    const [packet, ...more] = decoded([encodeDataFrame(0x11, 0xc0dbc0db, data)]);
    assert.equal(more.length, 0);
    assert.equal(packet?.[4], checksum);
    assert.equal(packet.readUInt32LE(12), 0xc0dbc0db);
    assert.deepEqual(packet.subarray(24), data);
  }
});

test('frames come out the same however they are cut into chunks', () => {
  const packets = [noise(700, 3), hex('C0'), hex('DB'), noise(40, 4)];
  const stream = Buffer.concat(packets.map(encodeFrame));
  for (let size = 1; size < 40; size++) {
    const chunks = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    assert.deepEqual(decoded(chunks), packets);
  }
});

test('noise costs the frame that it falls into and no more', () => {
  const frame = encodeFrame(hex('01 02'));
  assert.deepEqual(decoded([Buffer.from('waiting for download\r\n'), frame]).at(-1), hex('01 02'));
  assert.deepEqual(decoded([hex('C0 01 DB 55 C0'), frame]), [hex('01 02')]);
  assert.deepEqual(decoded([hex('C0'), frame, hex('C0 C0'), frame]), [hex('01 02'), hex('01 02')]);
});
