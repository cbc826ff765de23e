import { close, fdatasync, fstat, ftruncate, read, type Stats, write } from 'node:fs';
import { promisify } from 'node:util';

const calls = {
  close: promisify(close),
  datasync: promisify(fdatasync),
  read: promisify(read),
  stat: promisify<number, Stats>(fstat),
  truncate: promisify(ftruncate),
  write: promisify(write),
};

/** A file by its descriptor, as node:fs/promises has it for paths alone: it was opened with somebody's rights. */
export class OpenFile {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  stat(): Promise<Stats> {
    return calls.stat(this.fd);
  }

  /** @returns how many bytes were there from `position` on */
  async read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    return await calls.read(this.fd, buffer, offset, length, position);
  }

  async write(bytes: Buffer): Promise<{ bytesWritten: number }> {
    return await calls.write(this.fd, bytes);
  }

  truncate(size: number): Promise<void> {
    return calls.truncate(this.fd, size);
  }

  datasync(): Promise<void> {
    return calls.datasync(this.fd);
  }

  close(): Promise<void> {
    return calls.close(this.fd);
  }
}
