import { inspectEspImage } from '../../firmware/esp-image.js';
import type { FlashArray } from '../parts.js';
import { espSlots, gatewaySlots, selectPlace, startedPlace, type AbSlots } from './ab-slots.js';

/** Where an update goes, and how it comes to be started. Until then the application that runs is not touched. */
export interface UpdateSpace {
  offset: number;
  sizeBytes: number;
  /** Whether the device would start this image. */
  accepts(image: Buffer): boolean;
  /** The image is whole: it is the one to start next. */
  activate(): void;
  /** The chip resets itself; not called when it loses power instead. */
  restarting(): void;
}

/** Undefined when the device has no room for one: its partition table is damaged. */
export function updateSpace(chip: string, flash: FlashArray): UpdateSpace | undefined {
  if (chip === 'esp8266') return stagedSpace(flash);
  return otherPlace(flash, chip === 'linux' ? gatewaySlots(flash) : espSlots(chip, flash));
}

function otherPlace(flash: FlashArray, slots: AbSlots): UpdateSpace | undefined {
  const index = ((startedPlace(flash, slots) ?? -1) + 1) % slots.places.length;
  const place = slots.places[index];
  return (
    place && {
      offset: place.offset,
      sizeBytes: place.sizeBytes,
      accepts: slots.accepts,
      activate: () => selectPlace(flash, slots, index),
      restarting: () => undefined,
    }
  );
}

/**
 * Arduino on the ESP8266 puts an update behind the application and leaves an order in memory that survives a reset, though no loss of power: eboot
 * then copies it to where it runs.
 */
function stagedSpace(flash: FlashArray): UpdateSpace {
  const half = flash.sizeBytes / 2;
  let ordered = false;
  return {
    offset: half,
    sizeBytes: half,
    accepts: (image) => inspectEspImage(image, { chip: 'esp8266' }).problems.length === 0,
    activate: () => void (ordered = true),
    restarting() {
      if (!ordered) return;
      flash.erase(0, half);
      flash.write(0, flash.read(half, half));
    },
  };
}
