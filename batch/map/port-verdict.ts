/** A way to a board that `rig map` finds: a key of the slot in the station file. */
export type MappedKey = 'serial.path' | 'bootDrive';

/** What answered while one slot alone had power. */
export interface PortEvidence {
  /** As a station file names it. */
  path: string;
  /** How it is known, in words. */
  how: string;
}

/** What was seen of one slot, for one of its keys. */
export interface SlotAnswers {
  slot: string;
  key: MappedKey;
  /** What the station file says. */
  written: string;
  /** Undefined for a slot that was not looked at. */
  answered?: readonly PortEvidence[];
  /** Why nothing could be seen, when that is known. */
  trouble?: string;
}

/** `as-written`: proved; `moved`: another port is proved; `unknown`: nothing answered; `conflict`: more than one answer fits. */
export type SlotMapState = 'as-written' | 'moved' | 'unknown' | 'conflict' | 'not-asked';

export interface SlotVerdict {
  slot: string;
  key: MappedKey;
  written: string;
  /** The port that is proved; undefined unless the state is `as-written` or `moved`. */
  found?: string;
  state: SlotMapState;
  /** What the state rests on, or what stands in its way. */
  why: string;
}

export interface MapVerdict {
  slots: SlotVerdict[];
  /** Of all slots that were asked: the worst of them; `proved` when each is as the file says. */
  state: 'proved' | 'differs' | 'unproved' | 'conflict';
}

const nothingAnswered = 'nothing answered: the nest is empty, its supply is off, or its board is dead';

/** Says for each slot which port is its own. Never guesses: one answer for one slot, or none. */
export function judgePorts(seen: readonly SlotAnswers[]): MapVerdict {
  const alone = seen.map(judgeAlone);
  const slots = alone.map((verdict) => againstOthers(verdict, alone));
  const has = (state: SlotMapState) => slots.some((slot) => slot.state === state);
  if (has('conflict')) return { slots, state: 'conflict' };
  if (has('moved')) return { slots, state: 'differs' };
  return { slots, state: has('unknown') ? 'unproved' : 'proved' };
}

function judgeAlone({ slot, key, written, answered, trouble }: SlotAnswers): SlotVerdict {
  const about = { slot, key, written };
  if (answered === undefined) return { ...about, state: 'not-asked', why: 'was not asked for' };
  const [first, ...others] = answered;
  if (first === undefined) return { ...about, state: 'unknown', why: trouble ?? nothingAnswered };
  if (others.length > 0) {
    const all = answered.map(({ path, how }) => `${path} (${how})`).join(' and ');
    return { ...about, state: 'conflict', why: `${answered.length} answered: ${all}` };
  }
  const state = first.path === written ? 'as-written' : 'moved';
  return { ...about, state, found: first.path, why: first.how };
}

/** One port answers for one slot; and what the file would say afterwards must not name a port twice. */
function againstOthers(verdict: SlotVerdict, all: readonly SlotVerdict[]): SlotVerdict {
  const others = all.filter((other) => other.slot !== verdict.slot && other.key === verdict.key);
  const { slot, key, written, found, state } = verdict;
  const conflict = (why: string): SlotVerdict => ({ slot, key, written, state: 'conflict', why });
  if (found !== undefined) {
    const rivals = others.filter((other) => other.found === found).map((other) => other.slot);
    return rivals.length === 0 ? verdict : conflict(`${found} also answered for ${rivals.join(' and ')}`);
  }
  if (state === 'conflict') return verdict;
  const owner = others.find((other) => other.found === written);
  if (owner === undefined) return verdict;
  const remedy =
    state === 'not-asked' ? 'map it as well' : 'put a good board with firmware into it and map again';
  return conflict(`its port in the file, ${written}, answered for ${owner.slot}; ${remedy}`);
}
