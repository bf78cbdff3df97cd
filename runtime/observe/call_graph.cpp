#include "runtime/observe/call_graph.hpp"
#include <algorithm>
#include <unordered_map>
#include "runtime/context/defer_cancellation.hpp"
#include "runtime/sync/waiter_queue.hpp"
#include "runtime/tasks/gather.hpp"

namespace aio {
namespace detail { namespace {

constexpr std::size_t most_names = 10, most_frames = 40;

/// What all tasks wait for at one moment, as edges between their numbers in order of creation.
class CallGraph {
  public:
    CallGraph() {
        const auto& alive = Tasks::current().alive;
        for (const TaskState* task = alive.front(); task; task = alive.after(*task)) tasks_.push_back(task);
        add_hidden_tasks();
        for (std::size_t i = 0; i < tasks_.size(); ++i) index_[tasks_[i]] = by_number_[tasks_[i]->number] = i;
        waits_for_.resize(tasks_.size());
        awaited_by_.resize(tasks_.size());
        for (std::size_t i = 0; i < tasks_.size(); ++i) {
            add_awaiters(i, tasks_[i]->callbacks());
            if (const WaiterQueue* queue = queue_of(*tasks_[i]))
                if (const auto holder = by_number_.find(queue->holder()); holder != by_number_.end())
                    waits_for_[i].push_back(holder->second);
        }
    }

    std::string format() const {
        std::string text = "Tasks: " + std::to_string(tasks_.size()) + "\n";
        for (const TaskState* task : tasks_) text += format(*task);
        return text + format_cycles();
    }

    std::string format(const TaskState& task) const {
        if (task.done()) return "* Task '" + task.name() + "': done\n";
        std::string text = "* Task '" + task.name() + "', created at " + describe(task.created) + "\n";
        text += format_stack(task) + "  + " + doing(task) + "\n";
        const auto found = index_.find(&task);
        if (found != index_.end() && !awaited_by_[found->second].empty())
            text += "  + Awaited by " + names(awaited_by_[found->second]) + "\n";
        return text;
    }
  private:
    using Indices = std::vector<std::size_t>;

    /// Those of defer_cancellation(), which only their awaiters know.
    void add_hidden_tasks() {
        for (std::size_t i = 0; i < tasks_.size(); ++i)
            if (const auto* waiter = dynamic_cast<const DeferringWaiter*>(tasks_[i]->waiting))
                if (const auto* task = dynamic_cast<const TaskState*>(&waiter->future);
                    task && !task->done() && !task->ListHook<TaskState>::linked())
                    tasks_.push_back(task);
        std::ranges::sort(tasks_, {}, &TaskState::number);
    }

    /// The queue of a lock or the like in which it stands.
    static const WaiterQueue* queue_of(const TaskState& task) {
        const auto* waiter = dynamic_cast<const QueuedWaiter*>(task.waiting);
        return waiter && !waiter->done() ? waiter->queue : nullptr;
    }

    // [awaiters]
    /// The tasks that go on when these callbacks have run: those that stand there themselves, and those behind a
    /// gather, a shield, a wait. In a loop: a chain of shields can be long.
    void add_awaiters(std::size_t awaited, const EntryList& callbacks) {
        std::vector<std::pair<const EntryList*, const Entry*>> way{{&callbacks, callbacks.front()}};
        while (!way.empty()) {
            const auto [list, entry] = way.back();
            if (!entry) {
                way.pop_back();
                continue;
            }
            way.back().second = list->after(*entry);
            if (const auto* child = dynamic_cast<const Gathering::Child*>(entry)) {
                const EntryList& behind = child->gathering->outer().callbacks();
                way.emplace_back(&behind, behind.front());
            }
            const Entry* woken = dynamic_cast<const TaskState*>(entry) ? entry : entry->wakes();
            if (const auto found = index_.find(dynamic_cast<const TaskState*>(woken)); found != index_.end()) {
                waits_for_[found->second].push_back(awaited);
                awaited_by_[awaited].push_back(found->second);
            }
        }
    }
    // [/awaiters]

    static std::string quoted(const TaskState& task) { return "'" + task.name() + "'"; }
    std::string names(const Indices& tasks) const {
        std::string text;
        for (std::size_t i = 0; i < std::min(tasks.size(), most_names); ++i)
            text += (i > 0 ? ", " : "") + quoted(*tasks_[tasks[i]]);
        return tasks.size() > most_names ? text + " and " + std::to_string(tasks.size() - most_names) + " more" : text;
    }

    static std::string format_stack(const TaskState& task) {
        std::vector<const Frame*> frames;
        for (const Frame* frame = task.innermost; frame; frame = frame->parent) frames.push_back(frame);
        std::string text = "  + Call stack, innermost first:\n";
        for (std::size_t i = 0; i < frames.size(); ++i) {
            if (frames.size() > most_frames && i == most_frames / 2) {
                i = frames.size() - most_frames / 2;
                text += "  |   (" + std::to_string(frames.size() - most_frames) + " more)\n";
            }
            text += "  |   " + describe(frames[i]->place) + "\n";
        }
        return text;
    }

    std::string doing(const TaskState& task) const {
        const Waitable* waiting = task.waiting;
        if (&task == Pump::current) return "Runs now";
        if (!task.started) return "Ready to start";
        if (!waiting || is_over(*waiting)) return "Ready to go on";
        std::string what = waiting->what();
        const auto found = index_.find(&task);
        const std::string tasks = found != index_.end() ? names(waits_for_[found->second]) : "";
        const WaiterQueue* queue = queue_of(task);
        if (queue && queue->holder() > 0)
            what += held_by(*queue);
        else if (what.empty())
            what = tasks;
        else if (!tasks.empty() && !dynamic_cast<const TaskState*>(waiting))
            what += ": " + tasks;
        if (queue) what += in_line(*queue);
        return "Waits for " + (what.empty() ? "an event of the loop: a descriptor, a thread or a timer" : what);
    }

    static bool is_over(const Waitable& waiting) {
        if (const auto* future = dynamic_cast<const FutureState*>(&waiting)) return future->done();
        if (const auto* waiter = dynamic_cast<const Waiter*>(&waiting)) return waiter->done();
        return false;
    }

    std::string held_by(const WaiterQueue& queue) const {
        const auto holder = by_number_.find(queue.holder());
        return ", held by " + (holder != by_number_.end() ? quoted(*tasks_[holder->second]) : "a task that has ended");
    }
    std::string in_line(const WaiterQueue& queue) const {
        Indices tasks;
        for (const QueuedWaiter* waiter = queue.front(); waiter; waiter = queue.after(*waiter))
            if (const auto found = index_.find(waiter->task()); found != index_.end()) tasks.push_back(found->second);
        return "; in line: " + names(tasks);
    }

    /// Depth first, in order of creation, without recursion: a chain of tasks can be long.
    std::string format_cycles() const {
        std::string text;
        enum class Seen : char { no, on_path, yes };
        std::vector<Seen> seen(tasks_.size(), Seen::no);
        for (std::size_t root = 0; root < tasks_.size(); ++root) {
            Indices path, next;  // next: which edge of each task on the path comes next
            const auto enter = [&](std::size_t task) {
                seen[task] = Seen::on_path;
                path.push_back(task);
                next.push_back(0);
            };
            if (seen[root] == Seen::no) enter(root);
            while (!path.empty()) {
                const Indices& edges = waits_for_[path.back()];
                if (next.back() == edges.size()) {
                    seen[path.back()] = Seen::yes;
                    path.pop_back(), next.pop_back();
                    continue;
                }
                const std::size_t to = edges[next.back()++];
                if (seen[to] == Seen::no)
                    enter(to);
                else if (seen[to] == Seen::on_path)
                    text += format_cycle(path, to);
            }
        }
        return text;
    }
    std::string format_cycle(const Indices& path, std::size_t first) const {
        std::string text = "Deadlock, unless a timeout or a cancellation ends it: ";
        for (auto task = std::find(path.begin(), path.end(), first); task != path.end(); ++task)
            text += quoted(*tasks_[*task]) + " -> ";
        return text + quoted(*tasks_[first]) + "\n";
    }

    std::vector<const TaskState*> tasks_;
    std::unordered_map<const TaskState*, std::size_t> index_;
    std::unordered_map<std::uint64_t, std::size_t> by_number_;
    std::vector<Indices> waits_for_, awaited_by_;
};
}}  // namespace detail

std::string format_call_graph(const TaskBase& task) { return detail::CallGraph().format(*task.state().as_task()); }
std::string format_tasks() { return detail::CallGraph().format(); }
void print_call_graph(const TaskBase& task, std::FILE* file) { std::fputs(format_call_graph(task).c_str(), file); }
void dump_tasks(std::FILE* file) { std::fputs(format_tasks().c_str(), file); }
}  // namespace aio
