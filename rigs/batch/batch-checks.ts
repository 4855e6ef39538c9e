import { repeated } from '../name-rule.js';
import type { Problem } from '../problem.js';
import type { BatchDraft } from './draft.js';
import type { Said } from './said.js';
import { serialMisfit } from './serial-rule.js';
import { protocols } from './formats/shared-keys.js';
import type { Batch } from './types.js';

/** What the parts of a batch must keep among each other, once everything was looked up. */
export function checkBatch(draft: BatchDraft, batch: Batch): Problem[] {
  return [
    ...idProblems(draft, batch),
    ...rangeProblems(draft, batch),
    ...gateProblems(draft),
    ...swapProblems(draft, batch),
    ...programmeProblems(draft, batch),
    ...jobProblems(draft, batch),
    ...serialProblems(draft),
    ...protocolProblems(draft, batch),
    ...nothingToDo(draft, batch),
  ];
}

/** Names in the results folder that are not those of a run or a batch. */
const taken = /^(latest|archive|factory_records.*)$/i;

function idProblems({ id }: BatchDraft, batch: Batch): Problem[] {
  if (id === undefined || !taken.test(batch.id)) return [];
  return [id.problem(`"${batch.id}" stands for something else in the results folder; write another name`)];
}

/** Limits that no unit could keep, or none could miss. */
function gateProblems({ gates = [] }: BatchDraft): Problem[] {
  return gates.flatMap((gate) => {
    const { value } = gate;
    if (
      value.kind === 'flashSeconds' &&
      value.min !== undefined &&
      value.max !== undefined &&
      value.min > value.max
    )
      return [
        gate.problem(`min (${value.min}) is above max (${value.max}), so no time is good; exchange the two`),
      ];
    if (value.kind === 'sameCode' && value.count > value.within)
      return [
        gate.problem(
          `count (${value.count}) is above within (${value.within}), so it never acts; raise within`,
        ),
      ];
    return [];
  });
}

function rangeProblems({ range }: BatchDraft, { units }: Batch): Problem[] {
  if (range === undefined) return [];
  const { from, to } = range.value;
  if (from > to) return [range.problem(`begins with unit ${from} and ends with ${to}; exchange the two`)];
  if (to <= units.length) return [];
  return [range.problem(`ends with unit ${to}, but the batch has ${units.length}; write at most that`)];
}

function swapProblems({ swap, count, list, places }: BatchDraft, batch: Batch): Problem[] {
  const slots = batch.stations.flatMap((station) => station.slots);
  const { detect } = batch.swap;
  const said: Said<unknown> | undefined = swap ?? count ?? list;
  if (said === undefined) return [];
  if (places !== undefined) {
    if (detect === 'none') return [];
    return [
      said.problem(
        `detect is ${detect}, but every unit of this batch stands at a place of its own; leave it out`,
      ),
    ];
  }
  if (detect === 'none' && batch.units.length > slots.length) {
    const what = `detect is none, but there are ${batch.units.length} units for ${slots.length} slots; write what shows that the next board is there: identity, port or operator`;
    return [said.problem(what)];
  }
  const blind = batch.stations.filter(
    ({ operator }) => operator?.start === undefined && operator?.lid === undefined,
  );
  if (detect === 'operator' && blind.length > 0) {
    const names = blind.map(({ name }) => name).join(', ');
    return [
      said.problem(
        `detect is operator, but ${names} has neither a lid nor a start button; write identity or port, or add the line to the station file`,
      ),
    ];
  }
  const portless = slots.find(({ serial }) => serial === undefined);
  if (detect === 'port' && portless !== undefined)
    return [
      said.problem(
        `detect is port, but ${portless.id} has no serial port that could come and go; write identity or operator`,
      ),
    ];
  return [];
}

/** Stations that do different things need to be told which of them is meant. */
function programmeProblems(
  { programme, testMode, job, stations: named }: BatchDraft,
  { stations }: Batch,
): Problem[] {
  if (programme !== undefined || testMode?.value === true || job !== undefined) return [];
  const [first, ...others] = stations;
  const other = others.find((station) => station.programme[0] !== first?.programme[0]);
  if (first === undefined || other === undefined) return [];
  const what = `${first.name} runs ${first.programme[0]} and ${other.name} runs ${other.programme[0]}; write the programme of the batch`;
  const at = named?.find(({ value }) => value === other.name);
  return [at?.problem(what) ?? { file: other.file, line: 1, column: 1, path: 'programme', what }];
}

/** The way that the batch names must be the way that each board is written. */
function protocolProblems({ protocol }: BatchDraft, { stations }: Batch): Problem[] {
  const drivers = protocols[protocol?.value ?? ''];
  if (protocol === undefined || drivers === undefined) return [];
  const misfits = stations.flatMap(({ name, slots }) =>
    slots.filter(({ board }) => !drivers.includes(board.flash.driver)).map((slot) => ({ name, slot })),
  );
  const [first] = misfits;
  if (first === undefined) return [];
  const { board, id } = first.slot;
  const fitting = Object.keys(protocols).filter((each) => protocols[each]?.includes(board.flash.driver));
  const what = `is ${protocol.value}, but board ${board.name} in ${id} of ${first.name} is written by ${board.flash.driver}; write ${fitting.join(' or ')}, or leave it out`;
  return [protocol.problem(what)];
}

function jobProblems({ job }: BatchDraft, { stations }: Batch): Problem[] {
  if (job === undefined) return [];
  const unreachable = stations
    .flatMap((station) => station.slots)
    .find(({ network }) => network === undefined);
  const deaf =
    unreachable &&
    job.problem(
      `commands are run over SSH, but ${unreachable.id} has no network address; name targets, or stations whose devices are on the network`,
    );
  const repeated = job.value.commands.find(
    ({ name }, index) => job.value.commands.findIndex((other) => other.name === name) !== index,
  );
  const twice =
    repeated &&
    job.problem(
      `"${repeated.name}" stands twice; each command needs a name of its own, which its output file gets`,
    );
  return [deaf, twice].filter((problem) => problem !== undefined);
}

/** Those of a list are named with their line when it is read. */
function serialProblems({ places = [] }: BatchDraft): Problem[] {
  const names = (['serial', 'mac'] as const).flatMap((key) => {
    const values = places.map((place) => place[key]?.toLowerCase());
    return repeated(values).map(
      ({ index, first }) => [index, `has the ${key} of ${places[first]?.at.where}`] as const,
    );
  });
  const twice = names.flatMap(
    ([index, what]) => places[index]?.at.problem(`${what}; each unit has its own`) ?? [],
  );
  const odd = places.flatMap(({ at, serial = '' }) => {
    const misfit = serialMisfit(serial);
    return misfit === undefined ? [] : [at.problem(`its serial number ${misfit}`)];
  });
  return [...twice, ...odd];
}

/** A batch that would only skip is a mistake, not a success. */
function nothingToDo({ places, firmware }: BatchDraft, { units }: Batch): Problem[] {
  const [first] = units;
  if (first?.refused === undefined || units.some(({ refused }) => refused === undefined)) return [];
  const said = firmware ?? places?.[0]?.at;
  return said === undefined
    ? []
    : [
        said.problem(
          `no unit of the batch can get it: ${first.refused.why}; name other firmware, or other units`,
        ),
      ];
}
