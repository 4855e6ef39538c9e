/** What the demo release's images say about how they were built; fixed, so that they come out the same everywhere. */
export const IDF_VERSION = 'v5.2.3';
export const BUILD = { date: 'Jun  3 2025', time: '09:12:44' } as const;
/** Both images run on any ESP32 from v0.0 to v3.99, with the flash in DIO mode. */
export const FOR_ESP32 = { chip: 'esp32', flashMode: 'DIO', minRevision: 0, maxRevision: 399 } as const;
