import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Station } from '../../rigs/types.js';
import type { Finding } from './finding.js';

interface Need {
  /** The group that owns such files on Debian and Raspberry Pi OS. */
  usualGroup: string;
  subject: string;
  /** Files that there are of the kind. */
  files: string[];
  /** For a host where the group does not exist. */
  rule: string;
}

/** Whether this user may use serial ports and GPIO lines: by the files themselves where there are some, else by the groups. */
export async function checkPermissions(stations: readonly Station[]): Promise<Finding[]> {
  const real = stations.filter(({ bench, gpio }) => bench === undefined || gpio !== undefined);
  const ports = stations
    .filter(({ bench }) => bench === undefined)
    .flatMap(({ slots }) => slots.flatMap(({ serial }) => serial?.path ?? []));
  const needs: Need[] = [];
  if (ports.length > 0)
    needs.push({
      usualGroup: 'dialout',
      subject: 'serial ports',
      files: await present(ports),
      rule: 'SUBSYSTEM=="tty", GROUP="dialout", MODE="0660"',
    });
  if (real.some(({ gpio }) => gpio === 'gpiod'))
    needs.push({
      usualGroup: 'gpio',
      subject: 'GPIO chips',
      files: await chipFiles('/dev', /^gpiochip\d+$/),
      rule: 'SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"',
    });
  if (real.some(({ gpio }) => gpio === 'onoff'))
    needs.push({
      usualGroup: 'gpio',
      subject: 'sysfs GPIO',
      files: await present(['/sys/class/gpio/export']),
      rule: 'SUBSYSTEM=="gpio", PROGRAM="/bin/sh -c \'chgrp -R gpio /sys/class/gpio && chmod -R g+w /sys/class/gpio\'"',
    });
  return Promise.all(needs.map(checkNeed));
}

async function checkNeed({ usualGroup, subject, files, rule }: Need): Promise<Finding> {
  const permission = { area: 'permissions', subject } as const;
  const who = userInfo().username;
  const refused = await firstRefused(files);
  const group = refused === undefined ? usualGroup : ((await groupOf(refused)) ?? usualGroup);
  if (refused === undefined && (files.length > 0 || process.getuid?.() === 0))
    return { ...permission, severity: 'ok', found: `${who} may use them` };
  const member = await membership(group, who);
  if (refused === undefined && member === 'now')
    return { ...permission, severity: 'ok', found: `${who} is in the group ${group}` };
  const what =
    refused === undefined ? `${who} is not in the group ${group}` : `${who} may not use ${refused}`;
  const join = `sudo usermod -aG ${group} ${who}, then log in again`;
  const remedies = {
    no: join,
    later: `log in again: ${who} was put into the group ${group} after this session began`,
    now: `give it to the group ${group} by a udev rule: ${rule}`,
    none: `make the group (sudo groupadd ${group}), ${join}, and give the files to it by a udev rule: ${rule}`,
  };
  return { ...permission, severity: 'error', found: what, remedy: remedies[member] };
}

async function firstRefused(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const mode = file.endsWith('/export') ? constants.W_OK : constants.R_OK | constants.W_OK;
    const refused = await access(file, mode).then(
      () => false,
      () => true,
    );
    if (refused) return file;
  }
  return undefined;
}

type Membership = 'no' | 'later' | 'now' | 'none';

async function membership(group: string, user: string): Promise<Membership> {
  const line = (await groups()).find(({ name }) => name === group);
  if (line === undefined) return 'none';
  if ((process.getgroups?.() ?? []).includes(line.gid)) return 'now';
  return line.members.includes(user) ? 'later' : 'no';
}

/** `group(5)`: name, password, id, members. */
async function groups(): Promise<{ name: string; gid: number; members: string[] }[]> {
  const text = await readFile('/etc/group', 'utf8').catch(() => '');
  return text.split('\n').map((line) => {
    const [name = '', , gid = '', members = ''] = line.split(':');
    return { name, gid: Number(gid), members: members.split(',') };
  });
}

async function groupOf(file: string): Promise<string | undefined> {
  const { gid } = await stat(file);
  const name = (await groups()).find((group) => group.gid === gid)?.name;
  return name === 'root' ? undefined : name;
}

async function present(files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files.map((file) =>
      stat(file).then(
        () => [file],
        () => [],
      ),
    ),
  );
  return found.flat();
}

async function chipFiles(folder: string, name: RegExp): Promise<string[]> {
  return (await readdir(folder)).filter((each) => name.test(each)).map((each) => join(folder, each));
}
