/** Opens without reading or writing: a folder that may be searched alone will do, and so will a socket. include/uapi/asm-generic/fcntl.h */
export const O_PATH = 0o10000000;
