// Logging as the section sets it up: to stderr, every level, a line as Python's logging writes it.
#pragma once
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>

/// The level as Python spells it: "INFO".
class LevelInCapitals final : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& line) override {
        for (const char c : spdlog::level::to_string_view(message.level))
            line.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelInCapitals>(); }
};

/// logging.basicConfig(level=DEBUG, format='%(asctime)s - %(name)s - %(levelname)s - %(message)s')
inline void basic_config() {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<LevelInCapitals>('*').set_pattern("%Y-%m-%d %H:%M:%S,%e - %n - %* - %v");
    const auto sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    auto root = std::make_shared<spdlog::logger>("root", sink);
    root->set_formatter(std::move(formatter));
    root->set_level(spdlog::level::debug);
    spdlog::set_default_logger(root);
    spdlog::register_logger(root->clone("asyncio"));
}
