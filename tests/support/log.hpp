// What happened in a test, in order, as one line of text: easy to compare, easy to read when it differs.
#pragma once
#include <string>

namespace aio::test {

/// `log("a"); log("b");` makes the text "a b".
class Log {
  public:
    void operator()(const std::string& word) { text_ += (text_.empty() ? "" : " ") + word; }
    const std::string& text() const noexcept { return text_; }
  private:
    std::string text_;
};

}  // namespace aio::test
