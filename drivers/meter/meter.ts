/** One reading of a rail. */
export interface MeterReading {
  railVolts: number;
  /** Left out by a meter that measures volts only. */
  railAmps?: number;
}

/** Measures the supply of one slot. */
export interface Meter {
  /** Volts and, when the meter can, amperes. Throws METER_FAILED. */
  read(): Promise<MeterReading>;
  /** May be called twice. */
  close(): Promise<void>;
}

/** How long a meter is waited for. */
export interface MeterTimes {
  /** For one value, in ms; 2000 unless told. */
  answerTimeoutMs?: number;
}

/** One way to measure; `openMeter` opens the one that the data names. */
export type MeterOptions = HwmonMeterOptions | IioMeterOptions | ScpiMeterOptions;

/** The kernel's hwmon files: values in mV and mA as decimal text. */
export interface HwmonMeterOptions {
  /** The folder, e.g. `/sys/class/hwmon/hwmon3`, or the one that holds it, e.g. `/sys/bus/i2c/devices/1-0040/hwmon`. */
  hwmon: string;
  /** File name of the voltage, e.g. `in1_input`. */
  volts: string;
  /** File name of the current, e.g. `curr1_input`. */
  amps?: string;
}

/** Channels of the kernel's IIO drivers: a raw value with offset and scale, or a processed one, in mV and mA. */
export interface IioMeterOptions {
  /** The folder, e.g. `/sys/bus/iio/devices/iio:device0`, or that of its I2C device, e.g. `/sys/bus/i2c/devices/1-0040`. */
  iio: string;
  /** Channel of the voltage, e.g. `in_voltage1`. */
  volts: string;
  /** Channel of the current, e.g. `in_current3`. */
  amps?: string;
}

/** An instrument that answers SCPI queries over TCP, in V and A. */
export interface ScpiMeterOptions {
  scpi: { host: string; port: number };
  /** Query of the voltage, e.g. `MEAS:VOLT? (@1)`. */
  volts: string;
  /** Query of the current, e.g. `MEAS:CURR? (@1)`. */
  amps?: string;
}
