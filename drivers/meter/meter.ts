/** Measures the supply of one slot. */
export interface Meter {
  /** Volts and, when the meter can, amperes. Throws METER_FAILED. */
  read(): Promise<{ railVolts: number; railAmps?: number }>;
  close(): Promise<void>;
}

/** The kernel's hwmon files: values in mV and mA as decimal text. */
export interface HwmonMeterOptions {
  /** The folder, e.g. `/sys/class/hwmon/hwmon3`. */
  hwmon: string;
  /** File name of the voltage, e.g. `in1_input`. */
  volts: string;
  /** File name of the current, e.g. `curr1_input`. */
  amps?: string;
}
