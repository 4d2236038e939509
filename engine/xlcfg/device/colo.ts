/** The replication (COLO) keys of a vif, in printing order; each is stored as text under `colo_` and its name. */
const NAMES =
  'sock_mirror_id sock_mirror_ip sock_mirror_port sock_compare_pri_in_id sock_compare_pri_in_ip ' +
  'sock_compare_pri_in_port sock_compare_sec_in_id sock_compare_sec_in_ip sock_compare_sec_in_port ' +
  'sock_compare_notify_id sock_compare_notify_ip sock_compare_notify_port sock_redirector0_id ' +
  'sock_redirector0_ip sock_redirector0_port sock_redirector1_id sock_redirector1_ip ' +
  'sock_redirector1_port sock_redirector2_id sock_redirector2_ip sock_redirector2_port ' +
  'filter_mirror_queue filter_mirror_outdev filter_redirector0_queue filter_redirector0_indev ' +
  'filter_redirector0_outdev filter_redirector1_queue filter_redirector1_indev ' +
  'filter_redirector1_outdev compare_pri_in compare_sec_in compare_out compare_notify_dev ' +
  'sock_sec_redirector0_id sock_sec_redirector0_ip sock_sec_redirector0_port sock_sec_redirector1_id ' +
  'sock_sec_redirector1_ip sock_sec_redirector1_port filter_sec_redirector0_queue ' +
  'filter_sec_redirector0_indev filter_sec_redirector0_outdev filter_sec_redirector1_queue ' +
  'filter_sec_redirector1_indev filter_sec_redirector1_outdev filter_sec_rewriter0_queue ' +
  'checkpoint_host checkpoint_port';

export const COLO_KEYS: readonly string[] = NAMES.split(' ').map((name) => `colo_${name}`);
