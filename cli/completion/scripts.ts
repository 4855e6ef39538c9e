import { fileURLToPath } from 'node:url';
import { candidatesCommand, type Shell } from './completion-command.js';

/** The script that teaches a shell to complete `rig`. It asks this installation for each word, so it never grows old. */
export function scriptFor(shell: Shell): string {
  const program = fileURLToPath(new URL('../rig.js', import.meta.url));
  const ask = [process.execPath, program].map(quoted).join(' ');
  return scripts[shell](`${ask} ${candidatesCommand} --`);
}

const scripts: Record<Shell, (ask: string) => string> = {
  bash: (ask) => `# Completion of rig for bash. Use: source <(npx rig completion bash)
_rig() {
  local line files='' word="\${COMP_WORDS[COMP_CWORD]}"
  [ "$word" = = ] && word=''
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = :files ]; then files=yes; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
  done < <(${ask} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [ -z "$files" ] && return
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
  compopt -o filenames 2>/dev/null
}
complete -F _rig rig
`,
  zsh: (ask) => `#compdef rig
# Completion of rig for zsh. Use, after compinit: source <(npx rig completion zsh)
_rig() {
  local line files='' tab=$'\\t'
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then files=yes
    elif [[ $line == *$tab* ]]; then found+=("\${\${line%%$tab*}//:/\\\\:}:\${line#*$tab}")
    else found+=("\${line//:/\\\\:}"); fi
  done < <(${ask} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe -t rig rig found
  [[ -n $files ]] && _files
}
compdef _rig rig
`,
  fish: (ask) => `# Completion of rig for fish. Use: npx rig completion fish | source
function __rig_candidates
  set -l words (commandline -opc) (commandline -ct)
  for line in (${ask} $words[2..-1] 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c rig -f -a '(__rig_candidates)'
`,
};

/** For all three shells. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
