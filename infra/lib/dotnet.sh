# Checks for the .NET SDK, and builds with it.
# shellcheck shell=bash

DOTNET_MAJOR=10
BUILD_LOG=$LOG_DIR/build.log

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Compiler servers would outlive the scripts.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

check_dotnet() {
  local version
  version=$(cd "$ROOT" && dotnet --version 2>/dev/null) || version=none
  if [[ $version != "$DOTNET_MAJOR".* ]]; then
    warn "OrderFlow needs the .NET $DOTNET_MAJOR SDK (found: $version). To install it for your user:"
    warn "  curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel $DOTNET_MAJOR.0"
    warn "  export PATH=\"\$HOME/.dotnet:\$PATH\""
    warn "or from your distribution's packages: https://learn.microsoft.com/dotnet/core/install/linux"
    die "the .NET $DOTNET_MAJOR SDK is missing"
  fi
}

# dotnet_log TITLE ARGUMENTS...: runs one dotnet command at a time in a clone; two would write the same files.
dotnet_log() {
  local title=$1
  shift
  mkdir -p "$LOG_DIR" "$ROOT/.run"
  with_progress "$title" "$BUILD_LOG" flock --close "$ROOT/.run/build.lock" dotnet "$@" --disable-build-servers
}

# publish PROJECT DIRECTORY: programs run from a copy, so that a build does not replace files of a running program.
# PUBLISH_BUILT=yes skips the build.
publish() {
  local built=()
  [[ ${PUBLISH_BUILT:-} != yes ]] || built=(--no-build)
  rm -rf "$2"
  dotnet_log "Building $1" publish "$ROOT/$1" --configuration Release --output "$2" "${built[@]}"
}
