/** A flashing tool that is described instead of programmed. No shell is involved: each word of its arguments is one argument, whatever is in it. */
export interface CommandTool {
  /** Command that installs the tool, for TOOL_MISSING. */
  install: string;
  /** The start of every command line; the call's own arguments follow. */
  args: string[];
  /** Looked for in every call, before the call's own. */
  errors: ToolError[];
  /** Says which chip is there and, when the board has one, its unique id. Left out: the tool cannot tell, and the console must. */
  probe?: ToolCall;
  /** Run once for each image. */
  write: ToolCall;
  /** Compares one image with the flash; left out where `read` can be compared instead. */
  verify?: ToolCall;
  /** Reads a region into the file `{file}`. */
  read?: ToolCall;
  erase?: ToolCall;
}

/** One run of the tool. Patterns are JavaScript regular expressions that are matched against each line of the output. */
export interface ToolCall {
  /** The first word of all is a command name on the PATH or a path. What stands in braces is filled in: see placeholders.ts. */
  args: string[];
  /** A line that must be there; the exit code alone proves nothing. */
  success: string;
  errors: ToolError[];
  /** Group `percent` or group `bytes`: how far it is. */
  progress?: string;
  /** For `probe`: groups `chip` and `id`, which may be found in different lines. */
  identity?: string;
  /** Exit codes that are good; 0 unless told. */
  exitCodes: number[];
  timeoutMs: number;
  /** The tool is killed as stalled when it prints nothing for this long. */
  silenceMs: number;
}

/** A line that means failure, whatever the exit code is, with the code of the catalogue that it stands for. */
export interface ToolError {
  pattern: string;
  code: string;
}
