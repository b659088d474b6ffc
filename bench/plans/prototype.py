#!/usr/bin/env python3
"""Prototype planners. usage: solve_proto.py INSTANCE.json [time_limit_s] [method] > solution.json
P1: sa | cpsat | greedy | roundrobin | random    P2: sa | cpsat | lns | greedy | roundrobin | random    P3: sa | cpsat | greedy | roundrobin | random"""
import json, math, random, sys, time, itertools, os, datetime as dt
from collections import defaultdict, Counter
from bench.plans import verify as VF
c2 = VF.c2

# ================================================================ P3
def p3_state(I):
    ids = [p["id"] for p in I["persons"]]; ix = {a: i for i, a in enumerate(ids)}; n = len(ids); cnt = [[0]*n for _ in range(n)]
    for a, b in VF.p3_met(I): cnt[ix[a]][ix[b]] = cnt[ix[b]][ix[a]] = 1
    org = [p["org"] for p in I["persons"]]; so = [[I["weights"]["same_org"] if org[i] == org[j] and i != j else 0 for j in range(n)] for i in range(n)]
    return ids, ix, n, cnt, so, org

def p3_sizes(e):
    ts = sorted(e["table_sizes"]); sl = sum(ts)-len(e["attendees"])
    while sl > 0: ts[-1] -= 1; ts.sort(); sl -= 1
    return [t for t in ts if t > 0]

def p3_greedy(I, r, mode="greedy"):
    ids, ix, n, cnt, so, org = p3_state(I); wr = I["weights"]["repeat"]; out = []
    for e in I["editions"]:
        ts = p3_sizes(e); tb = [[] for _ in ts]; att = [ix[a] for a in e["attendees"]]; H = [ix[h] for h in e["hosts"]]
        for k, h in enumerate(H): tb[k].append(h)
        rest = [a for a in att if a not in H]; r.shuffle(rest); ap = defaultdict(set)
        for a, b in e["apart"]: ap[ix[a]].add(ix[b]); ap[ix[b]].add(ix[a])
        if mode == "roundrobin":    # spreadsheet: sort by organisation, deal like cards
            rest.sort(key=lambda a: org[a]); k = 0
            for a in rest:
                while len(tb[k % len(ts)]) >= ts[k % len(ts)]: k += 1
                tb[k % len(ts)].append(a); k += 1
        elif mode == "random":
            for a in rest: r.choice([t for t, s in zip(tb, ts) if len(t) < s]).append(a)
        else:
            oc = Counter(org[a] for a in rest); rest.sort(key=lambda a: (-len(ap[a]), -oc[org[a]], org[a]))
            for a in rest:
                b = min((sum(so[a][x] + (wr if cnt[a][x] else 0) + (10000 if x in ap[a] else 0) for x in t), len(t)/s, r.random(), k) for k, (t, s) in enumerate(zip(tb, ts)) if len(t) < s)
                tb[b[3]].append(a)
        for t in tb:
            for i, a in enumerate(t):
                for b in t[i+1:]: cnt[a][b] += 1; cnt[b][a] += 1
        out.append(tb)
    return out

def p3_sa(I, tl=10, seed=1, trace=None):
    """swap annealing over all editions; integer O(table size) deltas on the pair-meeting matrix"""
    t0 = time.time(); r = random.Random(seed); ids, ix, n, cnt, so, org = p3_state(I); wr = I["weights"]["repeat"]; E = I["editions"]; apc = []
    # several editions: start from the edition-by-edition plan (40 % of the time), then polish jointly at low temperature
    S = [[[ix[a] for a in t] for t in e["tables"]] for e in p3_myopic(I, min(1.0, 0.4*tl/len(E)))["editions"]] if len(E) > 1 else p3_greedy(I, r)
    for e in E:
        ap = {}
        for a, b in e["apart"]: ap[ix[a], ix[b]] = ap[ix[b], ix[a]] = 1
        apc.append(ap)
    hosts = [set(ix[h] for h in e["hosts"]) for e in E]; tot = 0
    for k, tb in enumerate(S):
        for t in tb:
            for i, a in enumerate(t):
                for b in t[i+1:]: tot += so[a][b] + (wr if cnt[a][b] else 0) + (10000 if (a, b) in apc[k] else 0); cnt[a][b] += 1; cnt[b][a] += 1
    best = tot; bestS = [[list(t) for t in tb] for tb in S]; LB = VF.p3_bounds(I)[3]
    if trace is not None: trace.append((time.time()-t0, best))
    (T0, T1) = (0.19*wr, 0.14*wr) if len(E) > 1 else (0.6*wr, 0.12*wr); it = 0; T = T0; rnd = r.random; exp = math.exp; ed = [k for k in range(len(E)) if len(S[k]) > 1]
    if not ed: return bestS, best, LB
    cyc = tl if len(E) > 1 else min(tl, max(2.0, tl/3))
    while best > LB:
        it += 1
        if it & 255 == 0:
            el = time.time()-t0
            if el > tl: break
            T = T0*(T1/T0)**((el % cyc)/cyc)
        k = ed[int(rnd()*len(ed))]; tb = S[k]; nt = len(tb); a_ = int(rnd()*nt); b_ = int(rnd()*(nt-1)); b_ += b_ >= a_
        ta, tc = tb[a_], tb[b_]; i = int(rnd()*len(ta)); j = int(rnd()*len(tc)); u, v = ta[i], tc[j]
        if hosts[k] and (u in hosts[k] or v in hosts[k]): continue
        d = 0; cu, cv, su, sv = cnt[u], cnt[v], so[u], so[v]
        for x in ta:
            if x != u:
                d += sv[x] - su[x]
                if cv[x] >= 1: d += wr
                if cu[x] >= 2: d -= wr
        for x in tc:
            if x != v:
                d += su[x] - sv[x]
                if cu[x] >= 1: d += wr
                if cv[x] >= 2: d -= wr
        if apc[k]:
            ap = apc[k]
            for x in ta:
                if x != u: d += 10000*(((v, x) in ap) - ((u, x) in ap))
            for x in tc:
                if x != v: d += 10000*(((u, x) in ap) - ((v, x) in ap))
        if d <= 0 or rnd() < exp(-d/T):
            for x in ta:
                if x != u: cu[x] -= 1; cnt[x][u] -= 1; cv[x] += 1; cnt[x][v] += 1
            for x in tc:
                if x != v: cv[x] -= 1; cnt[x][v] -= 1; cu[x] += 1; cnt[x][u] += 1
            ta[i], tc[j] = v, u; tot += d
            if tot < best:
                best = tot; bestS = [[list(t) for t in q] for q in S]
                if trace is not None: trace.append((time.time()-t0, best))
    if trace is not None: trace.append(("its", it))
    return bestS, best, LB

def p3_cpsat(I, tl=60, trace=None, workers=2):
    from ortools.sat.python import cp_model
    ids, ix, n, cnt, so, org = p3_state(I); wr = I["weights"]["repeat"]; m = cp_model.CpModel(); x = {}; obj = []; meet = defaultdict(list)
    for k, e in enumerate(I["editions"]):
        ts = p3_sizes(e); att = [ix[a] for a in e["attendees"]]
        for a in att:
            for t in range(len(ts)): x[k, a, t] = m.NewBoolVar("")
            m.AddExactlyOne(x[k, a, t] for t in range(len(ts)))
        for t, s in enumerate(ts): m.Add(sum(x[k, a, t] for a in att) == s)
        for q, h in enumerate(e["hosts"]): m.Add(x[k, ix[h], q] == 1)
        for a, b in e["apart"]:
            for t in range(len(ts)): m.AddBoolOr(x[k, ix[a], t].Not(), x[k, ix[b], t].Not())
        for i, a in enumerate(att):
            for b in att[i+1:]:
                y = m.NewBoolVar("")
                for t in range(len(ts)): m.AddBoolOr(x[k, a, t].Not(), x[k, b, t].Not(), y)
                meet[min(a, b), max(a, b)].append(y)
                if so[a][b]: obj.append(so[a][b]*y)
    for (a, b), ys in meet.items():
        if cnt[a][b]: obj += [wr*y for y in ys]
        elif len(ys) > 1:
            ex = m.NewIntVar(0, len(ys)-1, ""); m.Add(ex >= sum(ys)-1); obj.append(wr*ex)
    m.Minimize(sum(obj)); s = cp_model.CpSolver(); s.parameters.max_time_in_seconds = tl; s.parameters.num_workers = workers; st = s.Solve(m, cb(cp_model, trace))
    if st not in (cp_model.OPTIMAL, cp_model.FEASIBLE): return None, None, s.BestObjectiveBound()
    return [[[ix[a] for a in e["attendees"] if s.Value(x[k, ix[a], t])] for t in range(len(p3_sizes(e)))] for k, e in enumerate(I["editions"])], s.ObjectiveValue(), s.BestObjectiveBound()

def cb(cp_model, trace, off=0):
    t0 = time.time()
    class CB(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self):
            if trace is not None: trace.append((time.time()-t0, self.ObjectiveValue()-off))
    return CB()

def p3_solution(I, S):
    ids = [p["id"] for p in I["persons"]]
    return {"problem": "P3", "instance": I["id"], "status": "ok", "editions": [{"id": e["id"], "tables": [sorted(ids[a] for a in t) for t in tb]} for e, tb in zip(I["editions"], S)]}

def p3_myopic(I, per=1.0):
    """edition by edition, as in real life (attendance known for the month only)"""
    hist = list(I["history"]); eds = []
    for e in I["editions"]:
        J = dict(I, history=hist, editions=[e]); st, o, _ = p3_sa(J, tl=per); X = p3_solution(J, st); eds.append(X["editions"][0]); hist = hist + [{"id": e["id"], "tables": X["editions"][0]["tables"]}]
    return {"problem": "P3", "instance": I["id"], "status": "ok", "editions": eds}

# ================================================================ P2 composition
class P2:
    def __init__(s, I, k_acc=None):
        s.I = I; P = s.P = I["params"]; s.T = P["n_teams"]; W = I["weights"]; qi = {q: i for i, q in enumerate(I["quartiers"])}; s.Q = len(qi); ai = {a: s.Q+i for i, a in enumerate(I["ages"])}
        s.F = s.Q + len(ai); s.w = [W["quartier_pair"]]*s.Q + [W["age_pair"]]*len(ai); s.wl = W["lang_isolated"]; s.G = []
        for g in I["groups"]:
            v = [0]*s.F; ch = su = 0; need = []; bil = Counter()
            for m in g["members"]:
                v[qi[m["quartier"]]] += 1; v[ai[m["age"]]] += 1; ch += m["age"] == "child"; su += m["age"] in P["supervisors"]
                if "fr" not in m["langs"]: need.append(tuple(m["langs"]))
                else:
                    for l in m["langs"]:
                        if l != "fr": bil[l] += 1
            s.G.append((len(g["members"]), [(f, c) for f, c in enumerate(v) if c], v, ch, su, need, dict(bil), any(m["wheelchair"] for m in g["members"])))
        s.ng = len(s.G); c = VF.p2_within(I); s.const = W["quartier_pair"]*c[0] + W["age_pair"]*c[1]
        nw = sum(g[7] for g in s.G); wp = sum(g[0] for g in s.G if g[7])
        if k_acc is None: k_acc = 0 if not nw else min(nw, s.T, max(1, math.ceil(2*wp/(P["team_min"]+P["team_max"])*1.5)))
        # structures are fixed on slots up front (teams are otherwise interchangeable); the first k_acc slots are the accessible ones
        slots = [st for st in I["structures"] for _ in range(st["max_teams"])]; okk = sorted([i for i, st in enumerate(slots) if st["wheelchair_ok"]], key=lambda i: -len(slots[i]["langs"]))
        k_acc = min(k_acc, len(okk)); first = okk[:k_acc]; rest = sorted([i for i in range(len(slots)) if i not in first], key=lambda i: -len(slots[i]["langs"]))
        s.slot = [slots[i] for i in first + rest[:s.T-k_acc]]; s.k_acc = k_acc; s.sl = [set(st["langs"]) for st in s.slot]; s.clear()
    def clear(s):
        s.asg = [None]*s.ng; s.n = [[0]*s.F for _ in range(s.T)]; s.size = [0]*s.T; s.ch = [0]*s.T; s.su = [0]*s.T; s.need = [Counter() for _ in range(s.T)]; s.bil = [Counter() for _ in range(s.T)]
    def pen(s, size, ch, su):
        P = s.P; v = 0
        if size > P["team_max"]: v += size-P["team_max"]
        elif size < P["team_min"]: v += P["team_min"]-size
        if su < P["min_adults"]: v += P["min_adults"]-su
        x = ch - P["children_per_adult"]*su
        return 1000*(v + (x if x > 0 else 0))
    def lang(s, need, bil, t):
        k = 0
        for p, c in need.items():
            if c and not any(l in s.sl[t] or bil.get(l, 0) > 0 for l in p): k += c
        return s.wl*k
    def build(s, asg):
        s.clear(); s.asg = list(asg)
        for g, t in enumerate(asg): s.add(g, t, 1)
        return sum(sum(w*x*(x-1)//2 for w, x in zip(s.w, s.n[t])) + s.pen(s.size[t], s.ch[t], s.su[t]) + s.lang(s.need[t], s.bil[t], t) for t in range(s.T))
    def add(s, g, t, sg):
        z, sp, v, ch, su, need, bil, wh = s.G[g]; n = s.n[t]
        for f, c in sp: n[f] += sg*c
        s.size[t] += sg*z; s.ch[t] += sg*ch; s.su[t] += sg*su
        for p in need: s.need[t][p] += sg
        for l, c in bil.items(): s.bil[t][l] += sg*c

def p2_init(p, r, mode="greedy"):
    order = list(range(p.ng)); P = p.P; p.clear()
    if mode == "random": r.shuffle(order)
    elif mode == "roundrobin": order.sort(key=lambda g: (max(range(p.Q), key=lambda f: p.G[g][2][f]), -p.G[g][0]))   # spreadsheet: sort by quartier, deal like cards
    else: order.sort(key=lambda g: (-p.G[g][0], r.random()))
    order.sort(key=lambda g: not p.G[g][7]); k = 0; target = sum(g[0] for g in p.G)/p.T
    for g in order:
        z, sp, v, ch, su, need, bil, wh = p.G[g]; ok = range(p.k_acc) if wh else range(p.T); fit = [t for t in ok if p.size[t]+z <= P["team_max"]] or list(ok)
        if mode == "random": t = r.choice(fit)
        elif mode == "roundrobin":
            while k % p.T not in fit: k += 1
            t = k % p.T; k += 1
        else:
            def inc(t): return sum(p.w[f]*c*p.n[t][f] for f, c in sp) + 3*max(0, p.size[t]+z-target-1)**2 + 200*max(0, p.ch[t]+ch-P["children_per_adult"]*(p.su[t]+su))
            t = min(fit, key=lambda t: (inc(t), p.size[t], r.random()))
        p.asg[g] = t; p.add(g, t, 1)
    return list(p.asg)

def p2_sa(p, tl=10, seed=1, asg=None, trace=None, LB=None, move_cost=None, T0=12.0, T1=0.35):
    """simulated annealing, relocate/swap of indivisible groups, sparse integer deltas. move_cost[g] = (base_team, cost)"""
    t0 = time.time(); r = random.Random(seed); asg = asg or p2_init(p, r); tot = p.build(asg)
    if move_cost: tot += sum(c for g, (b, c) in move_cost.items() if asg[g] != b)
    best, bestA = tot, list(p.asg); const = p.const
    if trace is not None: trace.append((time.time()-t0, best-const))
    G, n, size, CH, SU, need, bil, w, T, ng, asg = p.G, p.n, p.size, p.ch, p.su, p.need, p.bil, p.w, p.T, p.ng, p.asg; rnd = r.random; exp = math.exp; Tm = T0; it = 0; pen, lang, add = p.pen, p.lang, p.add
    lbt = None if LB is None else LB+const; tmax = p.P["team_max"]; ka = p.k_acc; any_ = [bool(g[5] or g[6]) for g in G]
    while lbt is None or best > lbt:
        it += 1
        if it & 127 == 0:
            el = time.time()-t0
            if el > tl: break
            Tm = T0*(T1/T0)**(el/tl)
        g = int(rnd()*ng); t = asg[g]; zg, spg, vg, cg, sg, ndg, blg, whg = G[g]
        if rnd() < 0.35:   # relocate
            u = int(rnd()*(ka if whg else T))
            if u == t: continue
            z = size[u]+zg
            if z > tmax and size[u] <= tmax: continue
            d = 0; nt, nu = n[t], n[u]
            for f, c in spg: d += w[f]*c*(nu[f]-nt[f]+c)
            d += pen(size[t]-zg, CH[t]-cg, SU[t]-sg)-pen(size[t], CH[t], SU[t]) + pen(z, CH[u]+cg, SU[u]+sg)-pen(size[u], CH[u], SU[u])
            if move_cost and g in move_cost: b, c = move_cost[g]; d += c*((u != b)-(t != b))
            if d > 8*Tm: continue
            mv = ((g, t, u),)
        else:
            h = int(rnd()*ng); u = asg[h]
            if u == t: continue
            zh, sph, vh, chh, sh, ndh, blh, whh = G[h]
            if (whg and u >= ka) or (whh and t >= ka): continue
            dz = zh-zg
            if (dz > 0 and size[t]+dz > tmax) or (dz < 0 and size[u]-dz > tmax): continue
            d = 0; nt, nu = n[t], n[u]
            for f, c in spg: e = vh[f]-c; d += w[f]*e*(nt[f]-nu[f]+e)
            for f, c in sph:
                if not vg[f]: d += w[f]*c*(nt[f]-nu[f]+c)
            a, b = chh-cg, sh-sg
            if dz or a or b: d += pen(size[t]+dz, CH[t]+a, SU[t]+b)-pen(size[t], CH[t], SU[t]) + pen(size[u]-dz, CH[u]-a, SU[u]-b)-pen(size[u], CH[u], SU[u])
            if move_cost:
                if g in move_cost: bb, c = move_cost[g]; d += c*((u != bb)-(t != bb))
                if h in move_cost: bb, c = move_cost[h]; d += c*((t != bb)-(u != bb))
            if d > 8*Tm: continue
            mv = ((g, t, u), (h, u, t))
        if any_[g] or (len(mv) > 1 and any_[h]):
            old = lang(need[t], bil[t], t)+lang(need[u], bil[u], u)
            for q, a, b in mv: add(q, a, -1); add(q, b, 1)
            d += lang(need[t], bil[t], t)+lang(need[u], bil[u], u)-old
            if d > 0 and rnd() >= exp(-d/Tm):
                for q, a, b in mv: add(q, b, -1); add(q, a, 1)
                continue
        elif d <= 0 or rnd() < exp(-d/Tm):
            for q, a, b in mv: add(q, a, -1); add(q, b, 1)
        else: continue
        for q, a, b in mv: asg[q] = b
        tot += d
        if tot < best:
            best = tot; bestA = list(asg)
            if trace is not None: trace.append((time.time()-t0, best-const))
    if trace is not None: trace.append(("its", it))
    return bestA, best-const

def p2_cpsat(p, tl=60, workers=2, asg=None, free=None, trace=None, base=None):
    """monolithic (free=None), restricted to the teams in `free` (LNS), or minimum moves (base[g]=team)"""
    from ortools.sat.python import cp_model
    P = p.P; m = cp_model.CpModel(); teams = sorted(free) if free is not None else list(range(p.T)); gs = [g for g in range(p.ng) if free is None or asg[g] in free]; x = {}; obj = []
    for g in gs:
        ok = [t for t in teams if not p.G[g][7] or t < p.k_acc]
        for t in ok: x[g, t] = m.NewBoolVar("")
        m.AddExactlyOne(x[g, t] for t in ok)
        if asg is not None:
            for t in ok: m.AddHint(x[g, t], asg[g] == t)
    for t in teams:
        mem = [g for g in gs if (g, t) in x]; sz = sum(p.G[g][0]*x[g, t] for g in mem); m.Add(sz <= P["team_max"]); m.Add(sz >= P["team_min"])
        su = sum(p.G[g][4]*x[g, t] for g in mem); ch = sum(p.G[g][3]*x[g, t] for g in mem); m.Add(su >= P["min_adults"]); m.Add(ch <= P["children_per_adult"]*su)
        if base is not None: continue
        for f in range(p.F):
            mm = [(g, p.G[g][2][f]) for g in mem if p.G[g][2][f]]; ub = min(sum(c for _, c in mm), P["team_max"])
            if ub < 2: continue
            nv = m.NewIntVar(0, ub, ""); m.Add(nv == sum(c*x[g, t] for g, c in mm)); cv = m.NewIntVar(0, c2(ub), "")
            for k in range(1, ub): m.Add(cv >= k*nv - k*(k+1)//2)    # tangents of C(n,2): exact at integers
            obj.append(p.w[f]*cv)
        for q in {q for g in mem for q in p.G[g][5]}:
            if any(l in p.sl[t] for l in q): continue
            bl = [g for g in mem if any(l in p.G[g][6] for l in q)]
            for g in mem:
                k = p.G[g][5].count(q)
                if k and not any(l in p.G[g][6] for l in q):
                    iso = m.NewBoolVar(""); m.AddBoolOr([x[g, t].Not(), iso]+[x[b, t] for b in bl]); obj.append(p.wl*k*iso)
    const = p.const
    if base is not None: obj = [p.G[g][0]*(1-x[g, b]) for g, b in base.items() if (g, b) in x]; const = 0
    m.Minimize(sum(obj)); s = cp_model.CpSolver(); s.parameters.max_time_in_seconds = tl; s.parameters.num_workers = workers; s.parameters.random_seed = 1; st = s.Solve(m, cb(cp_model, trace, const))
    if st not in (cp_model.OPTIMAL, cp_model.FEASIBLE): return None, s.StatusName(st), s.BestObjectiveBound()-const
    out = list(asg) if asg is not None else [None]*p.ng
    for (g, t), v in x.items():
        if s.Value(v): out[g] = t
    return out, s.ObjectiveValue()-const, s.BestObjectiveBound()-const

def p2_lns(p, tl=30, seed=1, k=4, sub=1.5, trace=None, LB=None):
    t0 = time.time(); r = random.Random(seed); asg, best = p2_sa(p, tl=min(3, tl/4), seed=seed, trace=trace, LB=LB)
    while time.time()-t0 < tl and (LB is None or best > LB):
        p.build(asg); a2, o, _ = p2_cpsat(p, tl=sub, workers=1, asg=asg, free=set(r.sample(range(p.T), min(k, p.T))))
        if a2 is None: continue
        o2 = p.build(a2)-p.const
        if o2 <= best:
            if o2 < best and trace is not None: trace.append((time.time()-t0, o2))
            asg, best = a2, o2
    return asg, best

# ================================================================ P2 rotation
def p2_patterns(I, wheel, keep=10):
    """(route, end, order, offsets) without internal waiting; the `keep` shortest orders per route plus >=3 per first stage"""
    P = I["params"]; ix = {l["id"]: i for i, l in enumerate(I["landmarks"])}; mat = I["walk_stepfree"] if wheel else I["walk"]; leg = P["max_leg_stepfree"] if wheel else P["max_leg"]; s0 = I["start_index"]; acc = VF.p2_prep(I)[1]; out = []
    for r in I["routes"]:
        if wheel and not acc[r["id"]]: continue
        c = []
        for perm in itertools.permutations([ix[x] for x in r["stages"]]):
            if mat[s0][perm[0]] is None: continue
            tt = mat[s0][perm[0]]; off = [tt]; ok = True
            for a, b in zip(perm, perm[1:]):
                w = mat[a][b]
                if w is None or w > leg: ok = False; break
                tt += P["stage_ticks"]+w; off.append(tt)
            if ok:
                end = tt+P["stage_ticks"]+mat[perm[-1]][s0]
                if end <= P["horizon"]: c.append((end, perm, tuple(off)))
        c.sort(); cf = Counter(); n = 0
        for z in c:
            if n < keep or cf[z[1][0]] < 3: out.append((r["id"],) + z); cf[z[1][0]] += 1; n += 1
    return out

def p2_rotate_greedy(I, wheels, seed=1, tries=20, tl=5):
    """list scheduling without a solver: team by team (wheelchair first), earliest departure then least loaded pattern; random restarts"""
    import numpy as np
    P = I["params"]; H = P["horizon"]; L = len(I["landmarks"]); cap = np.array([l["capacity"] for l in I["landmarks"]]); st = P["stage_ticks"]; t0 = time.time(); r = random.Random(seed); nr = np.random.default_rng(seed); best = None
    pats = {w: p2_patterns(I, w, keep=24) for w in {bool(x) for x in wheels}}; arr = {}
    if not all(pats.values()): return None
    for w, ps in pats.items():
        K = max(len(q[2]) for q in ps); g = lambda z, k: z[k] if k < len(z) else z[0]
        arr[w] = (np.array([[g(q[2], k) for k in range(K)] for q in ps]), np.array([[g(q[3], k) for k in range(K)] for q in ps]), np.array([q[1] for q in ps]), np.array([[k < len(q[2]) for k in range(K)] for q in ps]))
    for tr in range(tries):
        occ = np.zeros((L, H+20), int); res = [None]*len(wheels); tot = 0; ok = True
        for i in sorted(range(len(wheels)), key=lambda i: (not wheels[i], r.random())):
            w = bool(wheels[i]); lm, of, end, mask = arr[w]; full = occ >= cap[:, None]; fr = np.ones((L, H+20), bool); found = False
            for k in range(st): fr[:, :H+20-k] &= ~full[:, k:]
            for d in range(P["max_depart"]+1):
                o = np.minimum(of+d, H+19); c = np.flatnonzero(fr[lm, o].all(axis=1) & (end+d <= H))
                if len(c):
                    load = (occ[lm[c], np.minimum(o[c]+1, H+19)]/cap[lm[c]]*mask[c]).sum(1) + 0.03*end[c] + nr.random(len(c))*0.8*(tr > 0); j = int(c[np.argmin(load)]); q = pats[w][j]
                    for a, b in zip(q[2], q[3]): occ[a, b+d:b+d+st] += 1
                    res[i] = (q, d); tot += d; found = True; break
            if not found: ok = False; break
        if ok and (best is None or tot < best[0]): best = (tot, res)
        if (best and best[0] == 0) or time.time()-t0 > tl: break
    return best

def p2_rotate_cpsat(I, wheels, tl=10, workers=2, keep=10):
    """teams are interchangeable for the timetable: integer count z[pattern, departure, class] under (landmark, tick) capacities -- no team symmetry left"""
    from ortools.sat.python import cp_model
    P = I["params"]; H = P["horizon"]; st = P["stage_ticks"]; m = cp_model.CpModel(); load = defaultdict(list); z = {}; obj = []
    for w in {bool(x) for x in wheels}:
        cw = sum(bool(x) == w for x in wheels); vs = []
        for i, q in enumerate(p2_patterns(I, w, keep)):
            for d in range(P["max_depart"]+1):
                if q[1]+d > H: break
                v = m.NewIntVar(0, cw, ""); z[w, i, d] = (v, q); vs.append(v)
                for a, b in zip(q[2], q[3]):
                    for k in range(b+d, b+d+st): load[a, k].append(v)
                if d: obj.append(d*v)
        if not vs: return None, None
        m.Add(sum(vs) == cw)
    for (a, k), vs in load.items(): m.Add(sum(vs) <= I["landmarks"][a]["capacity"])
    m.Minimize(sum(obj)); s = cp_model.CpSolver(); s.parameters.max_time_in_seconds = tl; s.parameters.num_workers = workers; stt = s.Solve(m)
    if stt not in (cp_model.OPTIMAL, cp_model.FEASIBLE): return None, s.StatusName(stt)
    pool = {True: [], False: []}
    for (w, i, d), (v, q) in z.items(): pool[w] += [(q, d)]*s.Value(v)
    res = [pool[bool(x)].pop() for x in wheels]
    return (sum(d for _, d in res), res), s.BestObjectiveBound()

def p2_rotate_naive(I, T):
    """spreadsheet rotation: route i mod M, stages in listed order shifted by i//M, everybody leaves at 0 -> (share of stage time over capacity, teams late)"""
    P = I["params"]; ix = {l["id"]: i for i, l in enumerate(I["landmarks"])}; occ = Counter(); late = vis = 0; s0 = I["start_index"]; M = len(I["routes"])
    for i in range(T):
        s = [ix[x] for x in I["routes"][i % M]["stages"]]; k = (i//M) % len(s); s = s[k:]+s[:k]; t = I["walk"][s0][s[0]]; vis += len(s)
        for a, b in zip(s, s[1:]+[s0]):
            for z in range(t, t+P["stage_ticks"]): occ[a, z] += 1
            t += P["stage_ticks"]+I["walk"][a][b]
        late += t > P["horizon"]
    return round(sum(max(0, v-I["landmarks"][a]["capacity"]) for (a, z), v in occ.items())/P["stage_ticks"]/vis, 3), late

def p2_solution(I, p, asg, rot):
    ids = [g["id"] for g in I["groups"]]; lid = [l["id"] for l in I["landmarks"]]
    return {"problem": "P2", "instance": I["id"], "status": "ok", "teams": [{"id": "T%03d" % (t+1), "groups": [ids[g] for g in range(p.ng) if asg[g] == t], "structure": p.slot[t]["id"], "route": rot[t][0][0], "depart": rot[t][1],
            "visits": [{"landmark": lid[a], "start": b+rot[t][1]} for a, b in zip(rot[t][0][2], rot[t][0][3])]} for t in range(p.T)]}

def p2_LB(I):
    b = VF.p2_bounds(I); W = I["weights"]; return W["quartier_pair"]*b[0]+W["age_pair"]*b[1]+W["lang_isolated"]*b[2]

def solve_p2(I, tl=10, method="sa", info=None, seed=1):
    cert = VF.p2_cert(I)
    if cert: return {"problem": "P2", "instance": I["id"], "status": "infeasible", "reasons": cert, "teams": []}
    if I.get("base"): return repair_p2(I, tl, info)
    LB = p2_LB(I); trace = []; p = P2(I); bd = rb = None
    if method == "sa": asg, o = p2_sa(p, tl, seed, trace=trace, LB=LB)
    elif method == "cpsat": asg, o, bd = p2_cpsat(p, tl, trace=trace)
    elif method == "lns": asg, o = p2_lns(p, tl, seed, trace=trace, LB=LB)
    else: asg = p2_init(p, random.Random(seed), method); o = p.build(asg)-p.const
    if info is not None: info.update(trace=trace, obj=o, LB=LB, comp_bound=bd)
    if asg is None: return None
    wheels = [False]*p.T
    for g, t in enumerate(asg):
        if p.G[g][7]: wheels[t] = True
    t1 = time.time(); gr = p2_rotate_greedy(I, wheels, tl=2); t2 = time.time(); rot = gr
    if gr is None or gr[0] > 0:
        rot, rb = p2_rotate_cpsat(I, wheels, tl=8 if method in ("sa", "lns", "cpsat") else 4)
        if rot is None or (gr and gr[0] < rot[0]): rot = gr
    if info is not None: info.update(rot_greedy=gr and gr[0], rot_greedy_s=round(t2-t1, 2), rot=rot and rot[0], rot_s=round(time.time()-t2, 2), rot_bound=rb, k_acc=p.k_acc, n_wheel_teams=sum(wheels))
    return p2_solution(I, p, asg, rot[1]) if rot else None

def p2_repair_prep(I):
    base = I["base"]["teams"]; p = P2(I); sid = {s["id"]: s for s in I["structures"]}; bt = {g: i for i, t in enumerate(base) for g in t["groups"]}
    wh = {bt[g["id"]] for g in I["groups"] if g["id"] in bt and any(m["wheelchair"] for m in g["members"])}   # teams already on accessible routes with accessible structures
    perm = sorted(range(len(base)), key=lambda i: (i not in wh, i)); inv = {b: k for k, b in enumerate(perm)}; p.k_acc = len(wh); p.slot = [sid[base[i]["structure"]] for i in perm]; p.sl = [set(s["langs"]) for s in p.slot]
    return base, p, {k: inv[bt[g["id"]]] for k, g in enumerate(I["groups"]) if g["id"] in bt}, perm

def repair_p2(I, tl=5, info=None):
    """on the day: routes, timetable and structures stay; groups stay unless a hard rule breaks or the weighted gain exceeds moved_person; late groups are inserted"""
    base, p, bt, perm = p2_repair_prep(I); size = Counter(); asg = [bt.get(k) for k in range(p.ng)]; mc = {k: (t, I["weights"]["moved_person"]*p.G[k][0]) for k, t in bt.items()}
    for k, t in bt.items(): size[t] += p.G[k][0]
    for k in range(p.ng):
        if asg[k] is None: t = min(range(p.T), key=lambda t: size[t]); asg[k] = t; size[t] += p.G[k][0]
    trace = []; asg, o = p2_sa(p, tl, 1, asg=asg, trace=trace, move_cost=mc, T0=6.0); ids = [g["id"] for g in I["groups"]]
    if info is not None: info.update(trace=trace, obj=o)
    return {"problem": "P2", "instance": I["id"], "status": "ok", "teams": [dict(base[perm[t]], groups=[ids[g] for g in range(p.ng) if asg[g] == t]) for t in range(p.T)]}

# ================================================================ P1
class P1:
    def __init__(s, I, dates=None):
        s.I = I; s.A = I["associations"]; s.aix = {a["id"]: i for i, a in enumerate(s.A)}; s.S = I["schools"]; s.six = {x["id"]: i for i, x in enumerate(s.S)}; s.per = {p["id"]: p["dates"] for p in I["periods"]}; R = VF.p1_reach(I)
        s.W = I["weights"]; s.th = {t: i for i, t in enumerate(I["themes"])}; pub = {(x["school"], x["period"]): x for x in I.get("published") or []}; pv = {(x["school"], x["period"]): x for x in I.get("previous") or []}
        s.dn = {d: dt.date.fromisoformat(d).toordinal() for d in set(I["dates"]) | {x["date"] for x in pub.values()}}; s.gap = I.get("min_gap_days") or 0
        s.sess, s.cand, s.fixed, s.prev = [], [], [], []; s.req = [{s.th[t] for t in x["requested_themes"]} for x in s.S]; av = [set(a["available"]) for a in s.A]
        for x in s.S:
            una = set(x["unavailable"])
            for p in x["periods"]:
                s.sess.append((s.six[x["id"]], p)); f = pub.get((x["id"], p)); s.fixed.append(f is not None); g = pv.get((x["id"], p)); s.prev.append((g["date"], s.aix[g["association"]], s.th[g["theme"]]) if g else None)
                if f: s.cand.append([(f["date"], s.aix[f["association"]], s.th[f["theme"]])]); continue
                ds = [d for d in s.per[p] if d not in una and (dates is None or dates[p] == d)]
                s.cand.append([(d, i, s.th[t]) for i, a in enumerate(s.A) if R[x["id"], a["id"]] for d in ds if d in av[i] for t in a["themes"]])
        s.crews = [a["crews"] for a in s.A]; s.mm = [a["max_per_month"] for a in s.A]; s.my = [a["max_per_year"] for a in s.A]; s.dcap = I.get("max_sessions_per_date") or 10**9; s.reset()
    def reset(s):
        n = len(s.sess); s.x = [None]*n; s.ad = defaultdict(set); s.am = defaultdict(set); s.a = [set() for _ in s.A]; s.d = defaultdict(set); s.sa = defaultdict(int); s.stt = defaultdict(int); s.sd = [dict() for _ in s.S]
        s.cost = s.W["uncovered"]*n + s.W["request_unmet"]*sum(map(len, s.req)) + s.W["changed"]*sum(p is not None for p in s.prev)
    def dins(s, k, c):
        d, a, t = c; sc = s.sess[k][0]; W = s.W; v = -W["uncovered"] + W["asso_repeat_pair"]*s.sa[sc, a] + W["theme_repeat_pair"]*s.stt[sc, t] + W["load_sq"]*(2*len(s.a[a])+1)
        if t in s.req[sc] and not s.stt[sc, t]: v -= W["request_unmet"]
        if s.prev[k] == c: v -= W["changed"]
        return v
    def ins(s, k, c):
        s.cost += s.dins(k, c); d, a, t = c; sc = s.sess[k][0]; s.x[k] = c; s.ad[a, d].add(k); s.am[a, d[:7]].add(k); s.a[a].add(k); s.d[d].add(k); s.sa[sc, a] += 1; s.stt[sc, t] += 1; s.sd[sc][k] = s.dn[d]
    def rem(s, k):
        c = s.x[k]; d, a, t = c; sc = s.sess[k][0]; s.x[k] = None; s.ad[a, d].discard(k); s.am[a, d[:7]].discard(k); s.a[a].discard(k); s.d[d].discard(k); s.sa[sc, a] -= 1; s.stt[sc, t] -= 1; del s.sd[sc][k]; s.cost -= s.dins(k, c); return c
    def free(s, k, c):
        d, a, t = c
        if len(s.ad[a, d]) >= s.crews[a] or len(s.am[a, d[:7]]) >= s.mm[a] or len(s.a[a]) >= s.my[a] or len(s.d[d]) >= s.dcap: return False
        if s.gap:
            n = s.dn[d]
            for v in s.sd[s.sess[k][0]].values():
                if abs(v-n) < s.gap: return False
        return True

def p1_greedy(p, r, mode="greedy"):
    p.reset(); ks = list(range(len(p.sess)))
    for k in ks:
        if p.fixed[k]: p.ins(k, p.cand[k][0])
    ks = [k for k in ks if not p.fixed[k]]
    if mode == "random": r.shuffle(ks)
    elif mode == "roundrobin":   # spreadsheet: period by period, school by school, the next association in the list that is free
        ks.sort(key=lambda k: (p.sess[k][1], p.sess[k][0])); nxt = 0
        for k in ks:
            for o in range(len(p.A)):
                a = (nxt+o) % len(p.A); cs = [c for c in p.cand[k] if c[1] == a and p.free(k, c)]
                if cs: p.ins(k, cs[0]); nxt = a+1; break
        return
    else: ks.sort(key=lambda k: (len(p.cand[k]), r.random()))
    for k in ks:
        if p.prev[k] and mode != "random" and p.prev[k] in p.cand[k] and p.free(k, p.prev[k]): p.ins(k, p.prev[k]); continue
        cs = [c for c in p.cand[k] if p.free(k, c)]
        if cs: p.ins(k, r.choice(cs) if mode == "random" else min(cs, key=lambda c: (p.dins(k, c), r.random())))

def p1_sa(p, tl=10, seed=1, trace=None, T0=25.0, T1=1.0):
    """annealing with ejection chains: move one session, eject whoever blocks it, re-insert the ejected at the best of 12 sampled free options"""
    r = random.Random(seed); rnd = r.random; t0 = time.time(); p1_greedy(p, r); T0 = 6.0 if any(p.prev) else T0; best = p.cost; bx = list(p.x); mv = [k for k in range(len(p.sess)) if not p.fixed[k] and p.cand[k]]; it = 0; T = T0; exp = math.exp; fixed = p.fixed
    if trace is not None: trace.append((time.time()-t0, best))
    while mv:
        it += 1
        if it & 63 == 0:
            el = time.time()-t0
            if el > tl: break
            T = T0*(T1/T0)**(el/tl)
        k = mv[int(rnd()*len(mv))]; cs = p.cand[k]; c = cs[int(rnd()*len(cs))]; old = p.x[k]
        if c == old: continue
        c0 = p.cost; log = []; ok = True; ej = []
        if old is not None: p.rem(k); log.append((k, old, None))
        if not p.free(k, c):
            d, a, t = c; sc = p.sess[k][0]
            def eject(js):
                js = sorted(j for j in js if not fixed[j])
                if not js: return False
                j = js[int(rnd()*len(js))]; log.append((j, p.rem(j), None)); ej.append(j); return True
            if p.gap:
                for j in [j for j, v in p.sd[sc].items() if abs(v-p.dn[d]) < p.gap]:
                    if fixed[j]: ok = False; break
                    log.append((j, p.rem(j), None)); ej.append(j)
            if ok and len(p.ad[a, d]) >= p.crews[a]: ok = eject(p.ad[a, d])
            if ok and len(p.am[a, d[:7]]) >= p.mm[a]: ok = eject(p.am[a, d[:7]])
            if ok and len(p.a[a]) >= p.my[a]: ok = eject(p.a[a])
            if ok and len(p.d[d]) >= p.dcap: ok = eject(p.d[d])
        if ok:
            p.ins(k, c); log.append((k, None, c))
            for j in ej:
                cj = p.cand[j]; bb = None
                for _ in range(min(12, len(cj))):
                    z = cj[int(rnd()*len(cj))]
                    if p.free(j, z):
                        v = p.dins(j, z)
                        if bb is None or v < bb[0]: bb = (v, z)
                if bb: p.ins(j, bb[1]); log.append((j, None, bb[1]))
            dl = p.cost-c0
            if dl <= 0 or rnd() < exp(-dl/T):
                if p.cost < best:
                    best = p.cost; bx = list(p.x)
                    if trace is not None: trace.append((time.time()-t0, best))
                continue
        for j, o, c_ in reversed(log):
            if o is None: p.rem(j)
            else: p.ins(j, o)
    if trace is not None: trace.append(("its", it))
    return bx, best

def p1_best_dates(I):
    R = VF.p1_reach(I); out = {}
    for p in I["periods"]:
        fx = [x["date"] for x in I.get("published") or [] if x["period"] == p["id"]]; b = None
        if fx: out[p["id"]] = fx[0]; continue
        for d in p["dates"]:
            D = VF.Dinic(); D.node("S"); D.node("T")
            for s in I["schools"]:
                if p["id"] not in s["periods"] or d in s["unavailable"]: continue
                D.add("S", s["id"], 1)
                for a in I["associations"]:
                    if R[s["id"], a["id"]] and d in a["available"]: D.add(s["id"], ("a", a["id"]), 1)
            for a in I["associations"]: D.add(("a", a["id"]), "T", min(a["crews"], a["max_per_month"]))
            v = D.flow("S", "T")
            if b is None or v > b[0]: b = (v, d)
        out[p["id"]] = b[1]
    return out

def p1_cpsat(p, tl=60, workers=2, trace=None, common=False):
    from ortools.sat.python import cp_model
    I, W = p.I, p.W; m = cp_model.CpModel(); x = {}; ad, am, aa, dd, sa, stt, scd = [defaultdict(list) for _ in range(7)]; obj = []; const = W["request_unmet"]*sum(map(len, p.req)); np_ = len(I["periods"])
    for k, cs in enumerate(p.cand):
        vs = []
        for c in cs:
            v = m.NewBoolVar(""); x[k, c] = v; vs.append(v); d, a, t = c; sc = p.sess[k][0]; ad[a, d].append(v); am[a, d[:7]].append(v); aa[a].append(v); dd[d].append(v); sa[sc, a].append(v); stt[sc, t].append(v); scd[sc, d].append(v)
            if p.prev[k] == c: obj.append(-W["changed"]*v)
        if vs: m.AddAtMostOne(vs)
        if p.fixed[k]: m.Add(vs[0] == 1)
        const += W["uncovered"] + (W["changed"] if p.prev[k] else 0); obj += [-W["uncovered"]*v for v in vs]
    for (a, d), v in ad.items():
        if len(v) > p.crews[a]: m.Add(sum(v) <= p.crews[a])
    for (a, d), v in am.items(): m.Add(sum(v) <= p.mm[a])
    for d, v in dd.items():
        if p.dcap < len(v): m.Add(sum(v) <= p.dcap)
    for a, v in aa.items():
        L = m.NewIntVar(0, p.my[a], ""); m.Add(L == sum(v)); q = m.NewIntVar(0, p.my[a]**2, ""); obj.append(W["load_sq"]*q)
        for k in range(p.my[a]+1): m.Add(q >= (2*k+1)*L-k*(k+1))
    for key, v, wt in [(k, v, W["asso_repeat_pair"]) for k, v in sa.items()] + [(k, v, W["theme_repeat_pair"]) for k, v in stt.items()]:
        if len(v) > 1:
            q = m.NewIntVar(0, 1000, ""); obj.append(wt*q); s_ = sum(v)
            for k in range(1, np_): m.Add(q >= k*s_-k*(k+1)//2)
    for (sc, t), v in stt.items():
        if t in p.req[sc]:
            y = m.NewBoolVar(""); m.Add(sum(v) >= 1).OnlyEnforceIf(y); obj.append(-W["request_unmet"]*y)
    if p.gap:
        for sc in range(len(p.S)):
            ds = sorted({d for (s_, d) in scd if s_ == sc}); fixd = {p.x[k][0] for k in range(len(p.sess)) if False}
            for i, d in enumerate(ds):
                for e in ds[i+1:]:
                    if p.dn[e]-p.dn[d] < p.gap: m.Add(sum(scd[sc, d])+sum(scd[sc, e]) <= 1)
    if common:
        for pid, ds in p.per.items():
            y = {d: m.NewBoolVar("") for d in ds}; m.AddExactlyOne(y.values())
            for k, (sc, pp) in enumerate(p.sess):
                if pp == pid:
                    for c in p.cand[k]: m.AddImplication(x[k, c], y[c[0]])
    m.Minimize(sum(obj)+const); s = cp_model.CpSolver(); s.parameters.max_time_in_seconds = tl; s.parameters.num_workers = workers; st = s.Solve(m, cb(cp_model, trace))
    if st not in (cp_model.OPTIMAL, cp_model.FEASIBLE): return None, None, s.BestObjectiveBound()
    out = [None]*len(p.sess)
    for (k, c), v in x.items():
        if s.Value(v): out[k] = c
    return out, s.ObjectiveValue(), s.BestObjectiveBound()

def p1_solution(I, p, x):
    th = I["themes"]
    return {"problem": "P1", "instance": I["id"], "status": "ok", "sessions": [{"school": p.S[sc]["id"], "period": pp, "date": c[0], "association": p.A[c[1]]["id"], "theme": th[c[2]]} for (sc, pp), c in zip(p.sess, x) if c]}

def solve_p1(I, tl=10, method="sa", info=None, seed=1):
    cert = VF.p1_cert(I)
    if cert: return {"problem": "P1", "instance": I["id"], "status": "infeasible", "reasons": cert, "sessions": []}
    common = I["common_date"]; p = P1(I, p1_best_dates(I) if common and method != "cpsat" else None); trace = []; bd = None
    if method == "sa": x, o = p1_sa(p, tl, seed, trace)
    elif method == "cpsat": x, o, bd = p1_cpsat(p, tl, trace=trace, common=common)
    else: p1_greedy(p, random.Random(seed), method); x, o = p.x, p.cost
    if info is not None: info.update(trace=trace, obj=o, bound=bd)
    return p1_solution(I, p, x) if x else None

def solve_p3(I, tl=10, method="sa", info=None, seed=1):
    cert = VF.p3_cert(I)
    if cert: return {"problem": "P3", "instance": I["id"], "status": "infeasible", "reasons": cert, "editions": []}
    trace = []; bd = o = None
    if method == "sa": S, o, bd = p3_sa(I, tl, seed, trace=trace)
    elif method == "cpsat": S, o, bd = p3_cpsat(I, tl, trace=trace)
    elif method == "myopic": return p3_myopic(I)
    else: S = p3_greedy(I, random.Random(seed), method)
    if info is not None: info.update(trace=trace, obj=o, bound=bd)
    return p3_solution(I, S) if S else None

def solve(I, tl=10, method="sa", info=None): return {"P1": solve_p1, "P2": solve_p2, "P3": solve_p3}[I["problem"]](I, tl, method, info)
if __name__ == "__main__":
    I = json.load(open(sys.argv[1])); json.dump(solve(I, float(sys.argv[2]) if len(sys.argv) > 2 else 10, sys.argv[3] if len(sys.argv) > 3 else "sa"), sys.stdout)
