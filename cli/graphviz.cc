#include "cli/graphviz.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "cli/child_process.h"
#include "cli/signal_relay.h"
#include "commands/apply_input.h"
#include "schemas/status.h"

namespace annals {
namespace {

absl::StatusOr<TemporaryFile> MakeTemporaryFile() {
  TemporaryFile file(std::tmpfile());
  if (file == nullptr) {
    return absl::InternalError(fmt::format("draw the machine: make a temporary file: {}", std::strerror(errno)));
  }
  return file;
}

absl::Status CannotDraw(std::string_view why) {
  return absl::InternalError(fmt::format("draw the machine: {}, or take --format dot", why));
}

absl::StatusOr<std::string> ReadFromStart(std::FILE* file) {
  std::rewind(file);
  std::string text;
  char block[1 << 16];
  while (const size_t count = std::fread(block, 1, sizeof(block), file)) text.append(block, count);
  if (std::ferror(file) != 0) return absl::InternalError("draw the machine: the drawing cannot be read back");
  return text;
}

}  // namespace

absl::StatusOr<std::string> DrawSvg(std::string_view graph) {
  ASSIGN_OR_RETURN(const TemporaryFile in, MakeTemporaryFile());
  ASSIGN_OR_RETURN(const TemporaryFile out, MakeTemporaryFile());
  if (std::fwrite(graph.data(), 1, graph.size(), in.get()) != graph.size() || std::fflush(in.get()) != 0) {
    return absl::ResourceExhaustedError(
        "draw the machine: write the graph to a temporary file: the disk is full; make room and try again");
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<SignalRelay> signals, SignalRelay::Start());
  // The file has no name; the child has it open, as it has all that is not closed on exec.
  const ChildCommand dot{.argv = {"dot", "-Tsvg", fmt::format("/dev/fd/{}", ::fileno(in.get()))},
                         .out_fd = ::fileno(out.get())};
  ASSIGN_OR_RETURN(const ChildResult result, RunChild(dot, *signals));
  if (result.exit_code == kNotFoundExitCode) {
    return CannotDraw("Graphviz's program dot is not in PATH; install graphviz (apt-get install graphviz)");
  }
  if (!result.start_error.empty()) return CannotDraw(result.start_error);
  if (result.signal != 0) return CannotDraw(fmt::format("dot was ended by signal {}; try again", result.signal));
  if (result.exit_code != 0) {
    return CannotDraw(fmt::format("dot ended with exit code {}; see what it says above", result.exit_code));
  }
  RETURN_IF_ERROR(WithContext(result.pass_through, "draw the machine"));
  return ReadFromStart(out.get());
}

}  // namespace annals
