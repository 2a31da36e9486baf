#include "commands/verify.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "commands/chain_check.h"
#include "commands/event_check.h"
#include "commands/row_faults.h"
#include "projections/tables.h"
#include "schemas/mutex.h"
#include "schemas/status.h"

namespace annals {
namespace {

// How often snapshots are taken anew while others write between one and the next.
constexpr int kTries = 50;

using Snapshots = std::vector<std::unique_ptr<Snapshot>>;

bool ShowTheSame(const Snapshots& snapshots) {
  const Head& first = snapshots[0]->head();
  return std::ranges::all_of(snapshots, [&](const auto& snapshot) {
    return snapshot->head().position == first.position && snapshot->head().generation == first.generation;
  });
}

// A snapshot of each storage, all of one moment; of the first alone where others write too often for that.
absl::StatusOr<Snapshots> TakeSnapshots(absl::Span<Storage* const> storages) {
  for (int attempt = 1;; ++attempt) {
    if (attempt == kTries) storages = storages.first(1);
    Snapshots snapshots;
    for (Storage* const storage : storages) {
      ASSIGN_OR_RETURN(snapshots.emplace_back(), storage->Read());
    }
    if (ShowTheSame(snapshots)) return snapshots;
  }
}

// What all jobs share.
class Jobs final : public FaultSink {
 public:
  Jobs(size_t count, uint64_t total, FoldProgress progress, absl::FunctionRef<void(const Fault&)> on_fault)
      : total_(total), progress_(progress), on_fault_(on_fault), done_(count) {}

  using FaultSink::Add;
  void Add(Fault fault) override {
    const MutexLock lock(mutex_);
    ++faults_;
    is_damaged_ = is_damaged_ || fault.kind == FaultKind::kFile;
    on_fault_(fault);
  }
  // Once for each position: all jobs may come to it.
  void AddUnreadable(Position position, const absl::Status& status) {
    {
      const MutexLock lock(mutex_);
      if (std::exchange(unreadable_, position) == position) return;
    }
    Add(position, FaultKind::kUnreadable, DiagnosisOf(status));
  }
  void Progress(size_t job, uint64_t position) {
    const MutexLock lock(mutex_);
    done_[job] = position;
    progress_(*std::ranges::min_element(done_), total_);
  }
  void Fail(const absl::Status& status) {
    if (status.ok()) return;
    const MutexLock lock(mutex_);
    if (status_.ok()) status_ = status;
    failed_ = true;
  }
  // A job that goes on after another has failed works for nothing.
  bool failed() const { return failed_; }
  absl::Status status() {
    const MutexLock lock(mutex_);
    return status_;
  }
  uint64_t faults() {
    const MutexLock lock(mutex_);
    return faults_;
  }
  bool is_damaged() {
    const MutexLock lock(mutex_);
    return is_damaged_;
  }
  bool all_readable() {
    const MutexLock lock(mutex_);
    return !unreadable_;
  }

 private:
  const uint64_t total_;
  Mutex mutex_;
  const FoldProgress progress_ ABSL_GUARDED_BY(mutex_);
  const absl::FunctionRef<void(const Fault&)> on_fault_ ABSL_GUARDED_BY(mutex_);
  std::vector<uint64_t> done_ ABSL_GUARDED_BY(mutex_);
  uint64_t faults_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_damaged_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<Position> unreadable_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> failed_ = false;
};

// One walk over the whole log that checks the streams which fall to it, each with its refusals.
class Job {
 public:
  Job(size_t number, size_t count, Snapshot& snapshot, Jobs& jobs)
      : number_(number), count_(count), snapshot_(snapshot), jobs_(jobs) {}

  // `chain` is of the one job that looks at the order of the log, else null. Where the file is damaged the walk ends,
  // with a fault.
  absl::Status Run(ChainCheck* chain) {
    const absl::Status status = Walk(chain);
    if (!absl::IsDataLoss(status)) return status;
    jobs_.AddUnreadable(at_, status);
    return absl::OkStatus();
  }

  // What is wrong with the files that the log is in.
  absl::Status FindDamage() {
    const auto add = [&](std::string damage) { jobs_.Add({std::nullopt, FaultKind::kFile, std::move(damage)}); };
    const absl::Status status = snapshot_.FindDamage(ProjectedTables(), add);
    if (!absl::IsDataLoss(status)) return status;
    add(DiagnosisOf(status));
    return absl::OkStatus();
  }

  absl::Status ReadTable(const TableDef& table) { return shown_.TakeShown(snapshot_, table); }

  // What the walk met, less what was read of tables.
  TableSums sums() const {
    TableSums sums = shown_;
    sums.Add(check_->sums());
    return sums;
  }
  CommandIdCheck& command_ids() { return check_->command_ids(); }

 private:
  absl::Status Walk(ChainCheck* chain) {
    const auto strays = number_ == 0 ? TransitionCheck::Strays::kCompared : TransitionCheck::Strays::kLeft;
    ASSIGN_OR_RETURN(check_, EventCheck::Begin(snapshot_, strays, jobs_));
    uint64_t met = 0;
    const absl::Status status = snapshot_.VisitLog({.for_check = true}, [&](const RecordView& record) -> absl::Status {
      at_ = record.position;
      if (chain != nullptr) RETURN_IF_ERROR(chain->Add(record));
      RETURN_IF_ERROR(IsMine(record.stream) ? check_->Check(record) : check_->Skip(record.position));
      ++at_.value;
      if (++met % kProgressEvery != 0) return absl::OkStatus();
      if (jobs_.failed()) return absl::CancelledError();
      jobs_.Progress(number_, record.position.value);
      return absl::OkStatus();
    });
    if (absl::IsCancelled(status)) return absl::OkStatus();
    RETURN_IF_ERROR(status);
    if (chain != nullptr) RETURN_IF_ERROR(chain->Finish());
    return check_->Finish();
  }

  bool IsMine(std::string_view stream) {
    if (count_ == 1) return true;
    if (stream != last_stream_) {
      last_stream_ = stream;
      last_is_mine_ = Falls(stream);
    }
    return last_is_mine_;
  }

  // The last job takes two streams where each other takes three: it is the first to be done, and looks at the files. So
  // two jobs, the first of which hashes every event, end at the same time.
  bool Falls(std::string_view stream) const { return TextHash()(SubjectOf(stream)) % (3 * count_ - 1) / 3 == number_; }

  const size_t number_;
  const size_t count_;
  Snapshot& snapshot_;
  Jobs& jobs_;
  std::unique_ptr<EventCheck> check_;
  TableSums shown_;
  Position at_{1};  // where reading may fail
  std::string last_stream_;
  bool last_is_mine_ = Falls({});
};

using JobList = std::vector<std::unique_ptr<Job>>;

// What all jobs have seen with the tables and command ids.
absl::Status Compare(Snapshot& snapshot, const JobList& jobs, Jobs& shared) {
  if (!shared.all_readable() || !shared.status().ok()) return NameRows(snapshot, shared);
  TableSums sums;
  uint64_t command_ids = 0;
  for (const auto& job : jobs) {
    sums.Add(job->sums());
    command_ids += job->command_ids().met();
  }
  absl::Status status = sums.Agree() ? absl::OkStatus() : NameRows(snapshot, shared);
  status.Update(jobs[0]->command_ids().CompareRest(command_ids));
  return status;
}

}  // namespace

absl::StatusOr<VerifyReport> Verify(absl::Span<Storage* const> storages, const VerifyOptions& options,
                                    FoldProgress progress, absl::FunctionRef<void(const Fault&)> on_fault) {
  absl::StatusOr<Snapshots> taken = TakeSnapshots(storages);
  if (absl::IsDataLoss(taken.status())) {
    on_fault({std::nullopt, FaultKind::kTreeHead,
              fmt::format("{}; nothing else could be checked", DiagnosisOf(taken.status()))});
    return VerifyReport{.faults = 1};
  }
  RETURN_IF_ERROR(taken.status());
  const Snapshots& snapshots = *taken;
  Snapshot& first = *snapshots[0];
  Jobs shared(snapshots.size(), first.head().position.value, progress, on_fault);
  ChainCheck chain(first, options.seal, shared);
  JobList jobs;
  for (size_t i = 0; i < snapshots.size(); ++i) {
    jobs.push_back(std::make_unique<Job>(i, snapshots.size(), *snapshots[i], shared));
  }
  // What else there is to read, by whoever is done with the log: the files as such, which takes longest, and each
  // table.
  const std::vector<const TableDef*>& tables = ProjectedTables();
  std::atomic<size_t> next = 0;
  const auto run = [&](size_t i) {
    Job& job = *jobs[i];
    shared.Fail(job.Run(i == 0 ? &chain : nullptr));
    for (size_t chore = next++; chore <= tables.size(); chore = next++) {
      shared.Fail(chore == 0 ? job.FindDamage() : job.ReadTable(*tables[chore - 1]));
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < jobs.size(); ++i) threads.emplace_back(run, i);
  run(0);
  for (std::thread& thread : threads) thread.join();
  // By a schema that is not annals' not all can be read: a table or column is not there.
  const auto misses_something = [&] { return absl::IsInternal(shared.status()) && shared.is_damaged(); };
  if (shared.status().ok() || misses_something()) {
    const absl::Status compared = Compare(first, jobs, shared);
    if (!absl::IsDataLoss(compared)) {
      shared.Fail(compared);
    } else if (shared.all_readable()) {  // else it was told
      shared.Add({std::nullopt, FaultKind::kUnreadable, DiagnosisOf(compared)});
    }
  }
  if (misses_something()) {
    shared.Add({std::nullopt, FaultKind::kUnreadable, DiagnosisOf(shared.status())});
  } else {
    RETURN_IF_ERROR(shared.status());
  }
  VerifyReport report{.events = chain.events(),
                      .tree_size = first.head().position.value,
                      .root = first.head().tree.Root(),
                      .faults = shared.faults()};
  if (options.seal) report.seal_holds = chain.seal_holds();
  return report;
}

}  // namespace annals
