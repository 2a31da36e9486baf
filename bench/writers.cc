#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/measure.h"
#include "bench/workload.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr size_t kWriters = 8;
constexpr uint64_t kSingles = 1'000;  // of the one alone, per round
constexpr double kSecondsPerRound = 1.0;

// What a writer did in a round; one write to a pipe.
struct Share {
  uint64_t commands = 0;
  double longest_seconds = 0;  // of one command
};

struct Pipe {
  int read_end = -1, write_end = -1;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  // Of sockets, as nobody can write to a closed pipe without SIGPIPE.
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
    return absl::InternalError(
        fmt::format("measure writers: the system gives no sockets ({}); raise its limits", std::strerror(errno)));
  }
  return Pipe{.read_end = ends[0], .write_end = ends[1]};
}

// A storage with commands of its own: their runs have the seed in their names.
class Source {
 public:
  static absl::StatusOr<std::unique_ptr<Source>> Open(const std::string& path, uint64_t seed) {
    auto source = std::unique_ptr<Source>(new Source(seed));
    ASSIGN_OR_RETURN(
        source->storage_,
        SqliteStorage::Open(
            {.path = path, .tables = ProjectedTables(), .clock = &source->clock_, .random = &source->random_}));
    source->filler_ = std::make_unique<Filler>(
        *source->storage_, [raw = source.get()](schema::Command::Builder command) { raw->workload_.Next(command); });
    return source;
  }

  Filler& filler() { return *filler_; }

 private:
  explicit Source(uint64_t seed) : workload_(seed) {}

  Workload workload_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<SqliteStorage> storage_;
  std::unique_ptr<Filler> filler_;
};

absl::StatusOr<Share> WriteForARound(Filler& filler) {
  Share share;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(kSecondsPerRound);
  while (std::chrono::steady_clock::now() < end) {
    ASSIGN_OR_RETURN(const double seconds, filler.SecondsFor(1, 1));
    share.longest_seconds = std::max(share.longest_seconds, seconds);
    ++share.commands;
  }
  return share;
}

// A process that commits single commands for a round each time it is told to.
class Writer {
 public:
  static absl::StatusOr<std::unique_ptr<Writer>> Start(const std::string& path, uint64_t seed) {
    auto writer = std::unique_ptr<Writer>(new Writer);
    ASSIGN_OR_RETURN(writer->orders_, MakePipe());
    ASSIGN_OR_RETURN(writer->reports_, MakePipe());
    std::fflush(nullptr);  // what is not written yet is not to be written twice
    writer->process_ = fork();
    if (writer->process_ < 0) return absl::InternalError("measure writers: the system starts no process");
    if (writer->process_ == 0) {
      close(writer->orders_.write_end);
      const absl::Status status = writer->Serve(path, seed);
      if (!status.ok()) std::fprintf(stderr, "annals: bench: %s\n", std::string(status.message()).c_str());
      _exit(status.ok() ? 0 : 1);
    }
    close(std::exchange(writer->orders_.read_end, -1));
    close(std::exchange(writer->reports_.write_end, -1));
    return writer;
  }
  // The process ends when nobody can tell it anything any more.
  ~Writer() {
    for (const int end : {orders_.read_end, orders_.write_end, reports_.read_end, reports_.write_end}) {
      if (end >= 0) close(end);
    }
    if (process_ > 0) waitpid(process_, nullptr, 0);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  absl::Status Tell() {
    const bool is_told = send(orders_.write_end, "", 1, MSG_NOSIGNAL) == 1;
    return is_told ? absl::OkStatus() : Ended();
  }
  absl::StatusOr<Share> Hear() {
    Share share;
    if (read(reports_.read_end, &share, sizeof(share)) == sizeof(share)) return share;
    return Ended();
  }

 private:
  Writer() = default;

  static absl::Status Ended() {
    return absl::InternalError("measure writers: one of the processes ended; what it said before this tells why");
  }

  absl::Status Serve(const std::string& path, uint64_t seed) {
    ASSIGN_OR_RETURN(const auto source, Source::Open(path, seed));
    char order = 0;
    while (read(orders_.read_end, &order, 1) == 1) {
      ASSIGN_OR_RETURN(const Share share, WriteForARound(source->filler()));
      if (write(reports_.write_end, &share, sizeof(share)) != sizeof(share)) break;
    }
    return absl::OkStatus();
  }

  Pipe orders_, reports_;
  pid_t process_ = 0;
};

class WritersBench {
 public:
  explicit WritersBench(Session& session) : options_(session.options()), path_(session.Fresh("writers.db")) {}
  ~WritersBench() {
    alone_ = nullptr;
    // The last one first: the later ones were born with the ends of the pipes to the earlier ones.
    while (!writers_.empty()) writers_.pop_back();
  }

  absl::StatusOr<std::vector<Figure>> Run() {
    RETURN_IF_ERROR(Source::Open(path_, options_.seed).status());
    // A child would have what its parent has open, without its locks: the parent opens it again last.
    for (uint64_t i = 1; i <= kWriters; ++i) {
      ASSIGN_OR_RETURN(writers_.emplace_back(), Writer::Start(path_, options_.seed + i));
    }
    ASSIGN_OR_RETURN(alone_, Source::Open(path_, options_.seed));
    Pairs totals;
    std::vector<double> fairness, longest;
    for (uint64_t round = 0; round < options_.rounds; ++round) {
      ASSIGN_OR_RETURN(const double seconds, alone_->filler().SecondsFor(kSingles, 1));
      ASSIGN_OR_RETURN(const std::vector<Share> shares, Together());
      uint64_t total = 0;
      for (const Share& share : shares) total += share.commands;
      const auto [least, most] = std::ranges::minmax(shares, {}, &Share::commands);
      totals.Add(static_cast<double>(total) / kSecondsPerRound, static_cast<double>(kSingles) / seconds);
      fairness.push_back(static_cast<double>(least.commands) / static_cast<double>(most.commands));
      longest.push_back(std::ranges::max(shares, {}, &Share::longest_seconds).longest_seconds * 1000);
    }
    std::vector<Figure> figures = {totals.ToFigure("writers_8", "single commands, 8 processes", "commands/s", 0.6)};
    AddTo(figures, "writers_fair", "of these, least against most", "share", Median(fairness), 0.5);
    AddTo(figures, "writers_wait", "longest of their commands", "ms", Median(longest), std::nullopt,
          /*less_is_better=*/true);
    return figures;
  }

 private:
  absl::StatusOr<std::vector<Share>> Together() {
    for (const auto& writer : writers_) RETURN_IF_ERROR(writer->Tell());
    std::vector<Share> shares;
    for (const auto& writer : writers_) {
      ASSIGN_OR_RETURN(shares.emplace_back(), writer->Hear());
    }
    return shares;
  }

  const Options& options_;
  const std::string path_;
  std::vector<std::unique_ptr<Writer>> writers_;
  std::unique_ptr<Source> alone_;
};

}  // namespace

Figures MeasureWriters(Session& session) {
  session.on_start()(fmt::format("{} processes that write at once", kWriters));
  return WritersBench(session).Run();
}

}  // namespace annals::bench
