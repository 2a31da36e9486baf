#include "projections/open_streams.h"

#include <algorithm>

#include "schemas/status.h"

namespace annals {

absl::StatusOr<OpenStream*> OpenStreams::Meet(std::string_view name) {
  // Neighbours in the log are often of one stream.
  if (last_met_ == nullptr || *last_met_->name_ != name) {
    auto found = streams_.find(name);
    if (found == streams_.end()) {
      OpenStream stream;
      ASSIGN_OR_RETURN(const StreamVersion last, snapshot_.VersionOf(name));
      stream.events_ = last.value;
      if (spare_rows_.empty()) {
        stream.rows_ = std::make_unique<Rows>();
      } else {
        stream.rows_ = std::move(spare_rows_.back());
        spare_rows_.pop_back();
      }
      found = streams_.emplace(name, std::move(stream)).first;
      found->second.name_ = &found->first;
    }
    last_met_ = &found->second;
  }
  ++last_met_->met_;
  return last_met_;
}

void OpenStreams::Leave(OpenStream& stream) {
  stream.rows_->Clear();
  spare_rows_.push_back(std::move(stream.rows_));
  if (last_met_ == &stream) last_met_ = nullptr;
  streams_.erase(streams_.find(*stream.name_));
}

std::vector<OpenStream*> OpenStreams::Rest() {
  std::vector<OpenStream*> rest;
  for (auto& [name, stream] : streams_) rest.push_back(&stream);
  std::ranges::sort(rest, {}, &OpenStream::name);
  return rest;
}

}  // namespace annals
