#include "bench/measure.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "schemas/status.h"

namespace annals::bench {

double SecondsOf(const std::function<absl::Status()>& work, absl::Status& status) {
  const auto start = std::chrono::steady_clock::now();
  status = work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void RemoveDatabase(const std::string& path) {
  for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}

void AddTo(std::vector<Figure>& figures, std::string name, std::string what, std::string unit, double value,
           std::optional<double> floor, bool less_is_better) {
  figures.push_back({.name = std::move(name),
                     .what = std::move(what),
                     .unit = std::move(unit),
                     .value = value,
                     .beside = std::nullopt,
                     .ratio = std::nullopt,
                     .floor = floor,
                     .less_is_better = less_is_better});
}

void Pairs::Add(double ours, double other) {
  ours_.push_back(ours);
  others_.push_back(other);
  ratios_.push_back(ours / other);
}

Figure Pairs::ToFigure(std::string name, std::string what, std::string unit, double floor, bool less_is_better) const {
  return {.name = std::move(name),
          .what = std::move(what),
          .unit = std::move(unit),
          .value = Median(ours_),
          .beside = Median(others_),
          .ratio = Median(ratios_),
          .floor = floor,
          .less_is_better = less_is_better};
}

absl::StatusOr<double> Filler::SecondsFor(uint64_t commits, uint64_t commands_per_commit) {
  double seconds = 0;
  for (uint64_t i = 0; i < commits; ++i) {
    messages_.clear();
    commands_.clear();
    for (uint64_t k = 0; k < commands_per_commit; ++k) {
      messages_.push_back(std::make_unique<capnp::MallocMessageBuilder>(128));
      const auto command = messages_.back()->initRoot<schema::Command>();
      next_(command);
      commands_.push_back(command.asReader());
    }
    absl::Status status;
    std::vector<Answer> answers;
    seconds += SecondsOf(
        [&]() -> absl::Status {
          ASSIGN_OR_RETURN(answers, engine_.Execute(commands_));
          return absl::OkStatus();
        },
        status);
    RETURN_IF_ERROR(status);
    for (const Answer& answer : answers) {
      if (std::holds_alternative<Receipt>(answer)) continue;
      const auto* const refused = std::get_if<Refused>(&answer);
      const auto* const failed = std::get_if<absl::Status>(&answer);
      return absl::InternalError(fmt::format("measure: a command was not taken: {}",
                                             refused != nullptr
                                                 ? refused->refusal.why
                                                 : std::string(failed != nullptr ? failed->message() : "a preview")));
    }
  }
  return seconds;
}

absl::StatusOr<double> Filler::SecondsForAll(uint64_t commands) {
  ASSIGN_OR_RETURN(const double whole, SecondsFor(commands / kBatch, kBatch));
  const uint64_t rest = commands % kBatch;
  ASSIGN_OR_RETURN(const double last, SecondsFor(rest > 0 ? 1 : 0, rest));
  return whole + last;
}

}  // namespace annals::bench
