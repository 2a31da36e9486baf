#include <filesystem>

#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/measure.h"
#include "bench/workload.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr uint64_t kSmall = 10'000;        // commands
constexpr uint64_t kBatchesPerRound = 20;  // of kBatch

// A database that is written to, and what its next commands cost.
class Grower {
 public:
  static absl::StatusOr<std::unique_ptr<Grower>> Open(Session& session, const std::string& path, uint64_t seed) {
    auto grower = std::unique_ptr<Grower>(new Grower(seed));
    ASSIGN_OR_RETURN(grower->storage_, session.Open(path));
    grower->filler_ = std::make_unique<Filler>(
        *grower->storage_, [raw = grower.get()](schema::Command::Builder command) { raw->workload_.Next(command); });
    return grower;
  }

  // Then statements are prepared and the caches are filled.
  absl::Status Grow(uint64_t commands) {
    RETURN_IF_ERROR(filler_->SecondsForAll(commands).status());
    return Checkpoint();
  }
  // Writing the pages back where they belong is part of it, and is more work in a larger file.
  absl::StatusOr<double> MicrosecondsPerCommand() {
    ASSIGN_OR_RETURN(const double seconds, filler_->SecondsFor(kBatchesPerRound, kBatch));
    absl::Status status;
    const double written_back = SecondsOf([&] { return Checkpoint(); }, status);
    RETURN_IF_ERROR(status);
    return (seconds + written_back) * 1e6 / static_cast<double>(kBatchesPerRound * kBatch);
  }

 private:
  explicit Grower(uint64_t seed) : workload_(seed) {}
  absl::Status Checkpoint() { return storage_->connection().Execute("PRAGMA wal_checkpoint(TRUNCATE)"); }

  Workload workload_;
  std::unique_ptr<SqliteStorage> storage_;
  std::unique_ptr<Filler> filler_;
};

absl::StatusOr<double> BytesPerEvent(Session& session, const std::string& path) {
  ASSIGN_OR_RETURN(const auto storage, session.Open(path));
  RETURN_IF_ERROR(storage->connection().Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  ASSIGN_OR_RETURN(const auto snapshot, storage->Read());
  return static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(snapshot->head().position.value);
}

}  // namespace

Figures MeasureSize(Session& session) {
  ASSIGN_OR_RETURN(const std::string large_path, session.LargeDatabase());
  std::vector<Figure> figures;
  ASSIGN_OR_RETURN(const double bytes, BytesPerEvent(session, large_path));
  AddTo(figures, "bytes", "database per event, all of it", "bytes", bytes, 290, /*less_is_better=*/true);
  if (!session.Wants("growth")) return figures;

  session.on_start()(fmt::format("a command behind {} and behind {} others", kSmall, session.options().commands));
  // Runs of another seed, as those of the first are in it.
  ASSIGN_OR_RETURN(const auto large, Grower::Open(session, large_path, session.options().seed + 1));
  RETURN_IF_ERROR(large->Grow(kSmall));
  Pairs pairs;
  for (uint64_t round = 0; round < session.options().rounds; ++round) {
    ASSIGN_OR_RETURN(const auto small, Grower::Open(session, session.Fresh("small.db"), session.options().seed));
    RETURN_IF_ERROR(small->Grow(kSmall));
    ASSIGN_OR_RETURN(const double of_small, small->MicrosecondsPerCommand());
    ASSIGN_OR_RETURN(const double of_large, large->MicrosecondsPerCommand());
    pairs.Add(of_large, of_small);
  }
  figures.push_back(pairs.ToFigure("growth", "a command behind many others", "us", 1.3, /*less_is_better=*/true));
  return figures;
}

}  // namespace annals::bench
