// A program in a process of its own, whose stderr is read: signals and the environment are about processes.
#pragma once
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>

#include "tests/support/pipe.hpp"

namespace aio::test {

class Child {
  public:
    /// Runs `program` in a new process, with AIO_DEBUG set to this (or not at all), and reads its stderr.
    explicit Child(const char* debug, const std::function<void()>& program) : pipe_(make_pipe()) {
        pid_ = fork();
        if (pid_ > 0) {
            pipe_.close(1);
            return;
        }
        dup2(pipe_[1], STDERR_FILENO);
        debug ? setenv("AIO_DEBUG", debug, 1) : unsetenv("AIO_DEBUG");
        unsetenv("AIO_CLOCK");
        std::signal(SIGINT, SIG_DFL);  // a shell may have set it to be ignored, for what it runs in the background
        alarm(60);                     // whatever happens, it ends
        program();
        _exit(0);
    }

    /// Waits until it has said this, so many times; false if it ended without.
    bool says(const std::string& words, int times = 1) {
        for (std::size_t at = 0; times > 0; --times, ++at)
            while ((at = said_.find(words, at)) == std::string::npos)
                if (at = 0; !listen()) return false;
        return true;
    }
    void send(int signal) const { kill(pid_, signal); }
    /// What it has said, and how it ended.
    std::string end() {
        while (listen()) {}
        int status = 0;
        waitpid(pid_, &status, 0);
        return said_ + (WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                                          : "signal " + std::to_string(WTERMSIG(status)));
    }
  private:
    bool listen() {
        pollfd readable{pipe_[0], POLLIN, 0};
        poll(&readable, 1, -1);
        const std::string more = take(pipe_[0]);
        said_ += more;
        return !more.empty();
    }

    Ends pipe_;
    pid_t pid_ = -1;
    std::string said_;
};

inline void say(const char* words) { put(STDERR_FILENO, words); }
inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace aio::test
