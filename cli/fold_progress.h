// Progress of work that walks the whole log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "cli/context.h"
#include "cli/progress.h"

namespace annals {

// Can be handed on as projections' FoldProgress.
class FoldProgressLine {
 public:
  FoldProgressLine(Context& context, std::string label) : context_(context), label_(std::move(label)) {}
  void operator()(uint64_t done, uint64_t total) const {
    if (!line_) {
      line_.emplace(ProgressLine::Options{
          .label = label_,
          .total = total,
          .width = context_.width().value_or(80),
          .visibility = ProgressVisibility(context_.err_is_terminal(), context_.json(), context_.environment()),
          .clock = context_.monotonic(),
          .write = [this](std::string_view text) { context_.err() << text << std::flush; }});
    }
    line_->Update(done);
  }
  void Erase() { line_.reset(); }

 private:
  Context& context_;
  std::string label_;
  mutable std::optional<ProgressLine> line_;  // absl::FunctionRef calls what is const
};

}  // namespace annals
