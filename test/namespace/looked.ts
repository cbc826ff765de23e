/** Python that goes on until a netmeter, which sleeps before each look around, has looked some ten times. */
export const LOOKED = `import socket, time
def sleeps(pid): return int(open(f"/proc/{pid}/task/{pid}/status").read().split("\\nvoluntary_ctxt_switches:")[1].split()[0])
def until_looked(pid):
    enough = sleeps(pid) + 30
    while sleeps(pid) < enough:
        yield
        time.sleep(0.02)
`;
