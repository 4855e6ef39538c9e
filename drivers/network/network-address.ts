/** Where a networked device answers. Ports are TCP but for `ota`, which is UDP; each is the one its protocol usually has unless told. */
export interface NetworkAddress {
  /** Name or IP address. */
  host: string;
  ports: NetworkPorts;
  /** The name or IP address in the station file, where the device stands elsewhere: on a virtual bench. */
  knownAs?: string;
  /** For the web server's Basic authentication and for SSH. */
  user?: string;
  /** For the web server, for SSH, and espota's. Never written to a log or record. */
  password?: string;
}

export interface NetworkPorts {
  /** Web server: 80. */
  http: number;
  /** espota's invitation: 3232. */
  ota: number;
  /** 22. */
  ssh: number;
  /** A console as plain text over TCP: 23. */
  console: number;
}
