// A storage whose n-th call fails, round another storage.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"

namespace annals::crash {

enum class FaultMoment {
  kBefore,  // the call has no effect
  kAfter,   // the call does its work, and what it says of that is lost: a commit is durable and reports an error
};

// Counts the calls of a FailingStorage and of all that came from it, and fails one of them.
class FaultPlan {
 public:
  // The `call`-th call from now on fails, from 1; no other one does.
  void FailAt(uint64_t call, FaultMoment moment, absl::StatusCode code);
  // No call fails.
  void Heal() { fail_at_ = 0; }
  // Since FailAt.
  bool met() const { return met_; }
  uint64_t calls() const { return calls_; }
  // Rows that the calls have shown.
  uint64_t rows() const { return rows_; }
  void CountRow() { ++rows_; }
  // Told the name of each call before it is run.
  std::function<void(std::string_view)> on_call = [](std::string_view) {};

  // Runs one call, `name` being what an error says of it: status Run() or StatusOr<T> Run().
  template <class Run>
  auto Count(const char* name, Run run) -> decltype(run()) {
    on_call(name);
    if (++calls_ != fail_at_) return run();
    met_ = true;
    if (moment_ == FaultMoment::kAfter) {
      auto result = run();
      if (!result.ok()) return result;
    }
    return Fault(name);
  }

 private:
  absl::Status Fault(const char* name) const;

  uint64_t calls_ = 0;
  uint64_t rows_ = 0;
  uint64_t fail_at_ = 0;
  bool met_ = false;
  FaultMoment moment_ = FaultMoment::kBefore;
  absl::StatusCode code_ = absl::StatusCode::kInternal;
};

// Every call that can fail counts: those of the storage, of its transactions and snapshots, and of their cursors.
class FailingStorage final : public Storage {
 public:
  // Neither is owned; both must outlive this and what came from it.
  FailingStorage(Storage& inner, FaultPlan& plan) : inner_(inner), plan_(plan) {}

  absl::StatusOr<std::unique_ptr<Transaction>> Begin() override;
  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override;
  void TidyUp() override { inner_.TidyUp(); }
  absl::Status Sweep() override;

 private:
  Storage& inner_;
  FaultPlan& plan_;
};

}  // namespace annals::crash
