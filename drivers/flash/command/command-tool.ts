/** A flashing tool that is described instead of programmed. No shell is involved: each word of `args` is one argument, whatever is in it. */
export interface CommandTool {
  /** Command that installs the tool, for TOOL_MISSING. */
  install: string;
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
  /** Command name on the PATH or a path, then its arguments; what stands in braces is filled in, see placeholders.ts. */
  args: string[];
  /** A line that must be there; the exit code alone proves nothing. */
  success: string;
  /** Lines that mean failure although the exit code is 0, with the code that they stand for. */
  errors: { pattern: string; code: string }[];
  /** Group `percent` or group `bytes`: how far it is. */
  progress?: string;
  /** For `probe`: groups `chip` and `id`. */
  identity?: string;
  /** Exit codes that are good; 0 unless told. */
  exitCodes: number[];
  timeoutMs: number;
  /** The tool is killed as stalled when it prints nothing for this long. */
  silenceMs: number;
}
