import type { ChipModel } from './chip-model.js';
import { esp32 } from './esp32.js';
import { esp32c3 } from './esp32c3.js';
import { esp32s3 } from './esp32s3.js';
import { esp8266 } from './esp8266.js';

const models = new Map([esp8266, esp32, esp32s3, esp32c3].map((model) => [model.name, model]));

/** The model of a chip family; an unknown name is an error in the board file. */
export function chipModel(name: string): ChipModel {
  const model = models.get(name);
  if (!model)
    throw new RangeError(`the bench has no chip ${name}: it knows ${[...models.keys()].join(', ')}`);
  return model;
}
