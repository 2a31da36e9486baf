#include "cli/log_stats.h"

#include <algorithm>
#include <cmath>

namespace annals {
namespace {

// The value that a share of `share` of them are not above (nearest rank). `values` is reordered.
int64_t Quantile(std::vector<int64_t>& values, double share) {
  const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::max<size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

}  // namespace

void LogStats::Enter(const FoldedEvent& event, std::string_view machine, std::string_view id, std::string_view left,
                     bool is_final) {
  key_.assign(machine);
  key_ += '\x1f';
  key_ += event.run_id;
  key_ += '\x1f';
  key_ += id;
  const auto entity = entered_.find(std::string_view(key_));
  if (entity != entered_.end() && !left.empty()) {
    // An imported event may claim a time before the one it follows; nobody stays for less than nothing.
    stays_[{std::string(machine), std::string(left)}].push_back(
        std::max<int64_t>(event.time().micros - entity->second.micros, 0));
  }
  if (is_final) {
    if (entity != entered_.end()) entered_.erase(entity);
  } else if (entity != entered_.end()) {
    entity->second = event.time();
  } else {
    entered_.emplace(key_, event.time());
  }
}

void LogStats::Add(const RecordView& record, const FoldedEvent& event) {
  ++events_;
  auto type = by_type_.find(record.event_type);
  if (type == by_type_.end()) type = by_type_.emplace(record.event_type, 0).first;
  ++type->second;
  const auto body = event.event.getBody();
  if (body.isRunCreated()) {
    Enter(event, "run", event.run_id, "", false);
  } else if (body.isWorkstreamCreated()) {
    Enter(event, "workstream", record.ws_id, "", false);
  } else if (const auto transition = TransitionOf(event)) {
    if (transition->kind == "refused") {
      ++refusals_;
      return;
    }
    if (transition->kind == "override") ++overrides_;
    Enter(event, transition->entity_type, transition->entity_id, transition->from, body.getTransitioned().getFinal());
  }
}

std::vector<LogStats::StateTime> LogStats::TimesInState() {
  std::vector<StateTime> times;
  for (auto& [key, stays] : stays_) {
    times.push_back({.machine = key.first,
                     .state = key.second,
                     .count = stays.size(),
                     .median_micros = Quantile(stays, 0.5),
                     .p95_micros = Quantile(stays, 0.95)});
  }
  return times;
}

}  // namespace annals
