#!/bin/sh
# Installs courtside as a service: sudo systemd/install.sh            (again: brings it up to date)
#                                  sudo systemd/install.sh --remove   (settings and calibration stay)
#                                  systemd/install.sh --dry-run       (only says what it would do)
# PYTHON names the interpreter (3.10 to 3.12; default python3).
set -eu

source_dir=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
venv=/opt/courtside
settings=/etc/courtside/courtside.yaml
dry=no
action=install

for argument in "$@"; do
  case $argument in
    --dry-run) dry=yes ;;
    --remove) action=remove ;;
    *) echo "install.sh: unknown argument '$argument'; known: --dry-run, --remove" >&2; exit 2 ;;
  esac
done

say() { echo "install.sh: $*"; }
run() { if [ "$dry" = yes ]; then echo "  $*"; else "$@"; fi; }
# In a container systemd may not run: everything is in place then for the next start.
tell_systemd() { if [ -d /run/systemd/system ]; then run systemctl "$@"; fi; }

check() {
  if [ "$dry" = no ] && [ "$(id -u)" -ne 0 ]; then
    say "must run as root: sudo $0" >&2; exit 1
  fi
  "$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null || {
    say "$python is not Python 3.10, 3.11 or 3.12; name one with PYTHON=/usr/bin/python3.11 $0" >&2; exit 1; }
  "$python" -c 'import ensurepip' 2>/dev/null || {
    say "$python cannot make environments; install it first: apt install python3-venv" >&2; exit 1; }
}

install_files() {
  run install -D -m 644 "$source_dir/systemd/courtside.service" "/etc/systemd/system/courtside.service"
  run install -D -m 644 "$source_dir/systemd/courtside.sysusers.conf" "/usr/lib/sysusers.d/courtside.conf"
  run install -D -m 644 "$source_dir/systemd/courtside.tmpfiles.conf" "/usr/lib/tmpfiles.d/courtside.conf"
}

install_program() {
  [ -x "$venv/bin/python" ] || run "$python" -m venv "$venv"
  run "$venv/bin/python" -m pip install --quiet --upgrade "$source_dir"
}

install_settings() {
  run mkdir -p "/etc/courtside"
  if [ -e "$settings" ]; then say "keeping $settings"; return; fi
  say "writing $settings: set source.uri there, for example /dev/video0"
  [ "$dry" = yes ] || "$venv/bin/courtside" config --set data_dir=/var/lib/courtside > "$settings"
}

if [ "$action" = remove ]; then
  check
  tell_systemd disable --now courtside.service
  run rm -f "/etc/systemd/system/courtside.service" "/usr/lib/sysusers.d/courtside.conf" \
    "/usr/lib/tmpfiles.d/courtside.conf"
  run rm -rf "$venv" "/var/cache/courtside"
  tell_systemd daemon-reload
  say "removed; /etc/courtside and /var/lib/courtside are left"
  exit 0
fi

check
say "installing from $source_dir into $venv"
install_files
install_program
run systemd-sysusers courtside.conf
install_settings
run systemd-tmpfiles --create courtside.conf
tell_systemd daemon-reload
tell_systemd enable courtside.service
tell_systemd restart courtside.service
say "done; look with: systemctl status courtside   journalctl -u courtside -f"
