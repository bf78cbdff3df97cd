// The line to the harness: orders come on stdin, answers go to stdout, a JSON object a line (SPEC.md 3).
#pragma once
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace streams {

using Json = nlohmann::json;

class Orders {
  public:
    /// Reads what is there, waiting for the first byte. Throws Json::exception for what is no JSON.
    void receive();
    /// Nothing more will come.
    bool ended() const noexcept { return ended_; }
    /// The next one, or nothing where there is none now.
    std::optional<Json> take();
  private:
    std::string rest_;  // of a line that has not come to its end
    std::deque<Json> orders_;
    bool ended_ = false;
};

void say(const Json& answer);

}  // namespace streams
