# Installs missing packages on Debian and Ubuntu.
# shellcheck shell=bash

APT_LOG=$LOG_DIR/apt.log
APT_UPDATED=

# need_command COMMAND PACKAGE: installs the package if the command is missing.
need_command() {
  command -v "$1" >/dev/null || apt_install "$2"
}

apt_install() {
  command -v apt-get >/dev/null || die "$* is missing and apt-get is not available: install it, then start again"
  if [[ -z $APT_UPDATED ]]; then
    with_progress "Updating the package lists" "$APT_LOG" apt_get update
    APT_UPDATED=yes
  fi
  with_progress "Installing $*" "$APT_LOG" apt_get install --no-install-recommends "$@"
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=120 "$@"
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    warn "'$*' needs root, and sudo is not available: run it as root, then start again"
    return 1
  fi
}
