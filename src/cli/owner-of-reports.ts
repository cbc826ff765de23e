/** Who shall own a new file: under sudo the caller. */
export const ownerOfReports = ({ SUDO_UID, SUDO_GID }: NodeJS.ProcessEnv) =>
  SUDO_UID && SUDO_GID ? { uid: Number(SUDO_UID), gid: Number(SUDO_GID) } : undefined;
