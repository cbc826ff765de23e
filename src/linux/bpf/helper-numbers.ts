/** Functions of the kernel that programs may call, by their number (enum bpf_func_id, linux/bpf.h; bpf-helpers(7)). */
export const HELPERS = {
  map_lookup_elem: 1,
  map_update_elem: 2,
  map_delete_elem: 3,
  ktime_get_ns: 5,
  get_current_pid_tgid: 14,
  get_current_comm: 16,
  skb_load_bytes: 26,
  get_current_task: 35,
  current_task_under_cgroup: 37,
  get_socket_cookie: 46,
  sock_ops_cb_flags_set: 59,
  map_push_elem: 87,
  sk_fullsock: 95,
  tcp_sock: 96,
  sk_storage_get: 107,
  probe_read_user: 112,
  probe_read_kernel: 113,
  probe_read_user_str: 114,
  probe_read_kernel_str: 115,
  get_netns_cookie: 122,
  ringbuf_reserve: 131,
  ringbuf_submit: 132,
  ringbuf_discard: 133,
  ktime_get_coarse_ns: 160,
} as const;

export type Helper = keyof typeof HELPERS;
