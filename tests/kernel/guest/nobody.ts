/** `nobody` and its group, on every Debian. */
export const nobody = 65_534;

/**
 * Makes this process one of a user without rights but those of the groups, and itself again. Only the effective user changes, which is the
 * one whose rights the kernel looks at, here and in commands that are started meanwhile.
 */
export async function asNobody(groups: readonly number[], work: () => Promise<void>): Promise<void> {
  const own = process.getgroups?.() ?? [];
  process.setgroups?.([...groups]);
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(own);
  }
}
