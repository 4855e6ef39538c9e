/**
 * The part of onoff 6.0.3 that is used here. Its own types are not relied on, because the package is optional and the project
 * has to compile without it.
 */
declare module 'onoff' {
  export interface GpioOptions {
    /** Kept false: levels are electrical here. */
    activeLow: false;
    /** False leaves direction and level alone when the line already has the direction. */
    reconfigureDirection: boolean;
  }

  export class Gpio {
    /** Exports the line if need be and sets its direction; `high` and `low` are outputs with that level from the start. */
    constructor(gpio: number, direction: 'in' | 'out' | 'high' | 'low', options: GpioOptions);
    /** The open `value` file. Private in onoff, which closes it only together with `unexport`. */
    readonly _valueFd: number;
    readSync(): 0 | 1;
    write(value: 0 | 1): Promise<void>;
    watch(listener: (error: Error | null | undefined, value: 0 | 1) => void): void;
    unwatchAll(): void;
    direction(): string;
    setDirection(direction: 'in' | 'out' | 'high' | 'low'): void;
    setEdge(edge: 'none' | 'both'): void;
    activeLow(): boolean;
  }
}
