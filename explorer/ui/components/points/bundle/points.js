function m(n){let t=[[1/0,-1/0],[1/0,-1/0]];for(let e=0;e<n.length;e++){let s=t[e%2];n[e]<s[0]&&(s[0]=n[e]),n[e]>s[1]&&(s[1]=n[e])}return n.length?t:[[-1,1],[-1,1]]}var R=class{constructor(){Object.assign(this,{x:0,y:0,scale:1,width:1,height:1,moved:!1})}resize(t,e){Object.assign(this,{width:t,height:e}),this.extent&&!this.moved&&this.fit(this.extent)}fit(t){let[[e,s],[i,a]]=t,o=1-2*.08,r=Math.min(o*this.width/(s-e),o*this.height/(a-i));Object.assign(this,{extent:t,moved:!1,x:(e+s)/2,y:(i+a)/2}),this.scale=Number.isFinite(r)?r:1}toScreen([t,e]){return[this.width/2+(t-this.x)*this.scale,this.height/2-(e-this.y)*this.scale]}toData([t,e]){return[this.x+(t-this.width/2)/this.scale,this.y-(e-this.height/2)/this.scale]}pan(t,e){Object.assign(this,{x:this.x-t/this.scale,y:this.y+e/this.scale,moved:!0})}zoom(t,e=[this.width/2,this.height/2]){let[s,i]=this.toData(e);Object.assign(this,{scale:this.scale*t,moved:!0});let[a,o]=this.toData(e);this.x+=s-a,this.y+=i-o}};var $=class{constructor(t,e,s){Object.assign(this,{stage:t,act:s,mode:"move",drag:null});let i=(a,o,r={})=>t.addEventListener(a,o,{signal:e,...r});i("pointerdown",a=>this.down(a)),i("pointermove",a=>this.move(a)),i("pointerup",a=>this.up(a)),i("pointercancel",()=>this.cancel()),i("pointerleave",()=>s.hover(null)),i("wheel",a=>this.wheel(a),{passive:!1}),i("dblclick",a=>s.zoom(a.shiftKey?.5:2,this.place(a)))}place(t){let e=this.stage.getBoundingClientRect();return[t.clientX-e.left,t.clientY-e.top]}down(t){if(t.button!==0)return;let e=t.shiftKey&&this.mode==="move"?"lasso":this.mode;this.drag={mode:e,path:[this.place(t)]},this.stage.setPointerCapture(t.pointerId),this.act.hover(null)}move(t){let{drag:e}=this,s=this.place(t);if(!e)return this.act.hover(s);let i=e.path.at(-1);Math.hypot(s[0]-i[0],s[1]-i[1])<2||(e.path.push(s),e.mode==="move"?this.act.pan(s[0]-i[0],s[1]-i[1]):this.act.outline(this.shape()))}shape(){let{mode:t,path:e}=this.drag;if(t==="lasso")return e;let[[s,i],[a,o]]=[e[0],e.at(-1)];return[[s,i],[a,i],[a,o],[s,o]]}up(t){let{drag:e}=this;if(!e)return;let s=this.place(t),i=e.path.every(([o,r])=>Math.hypot(o-s[0],r-s[1])<4),a=i||e.mode==="move"?null:this.shape();this.cancel(),i?this.act.click(s):a?.length>2&&this.act.enclose(a)}cancel(){this.drag=null,this.act.outline(null)}wheel(t){this.stage.getRootNode().activeElement!==this.stage&&!t.ctrlKey||(t.preventDefault(),this.act.zoom(Math.exp(-t.deltaY/400),this.place(t)))}};var C=class{constructor(t,[[e,s],[i,a]]){let o=t.length/2,r=Math.max(1,Math.min(2048,Math.ceil(Math.sqrt(o/2))));Object.assign(this,{xy:t,side:r,left:e,low:i}),this.step=[(s-e)/r||1,(a-i)/r||1],this.first=new Uint32Array(r*r+1);for(let l=0;l<o;l++)this.first[this.cellOf(l)+1]++;for(let l=0;l<r*r;l++)this.first[l+1]+=this.first[l];let c=this.first.slice();this.rows=new Uint32Array(o);for(let l=0;l<o;l++)this.rows[c[this.cellOf(l)]++]=l}column(t,e){let s=Math.floor((t-(e?this.low:this.left))/this.step[e]);return Math.max(0,Math.min(this.side-1,s))}cellOf(t){return this.column(this.xy[2*t+1],1)*this.side+this.column(this.xy[2*t],0)}nearest([t,e],s){let[i,a]=[s*s,null];for(let o=this.column(e-s,1);o<=this.column(e+s,1);o++){let r=this.first[o*this.side+this.column(t-s,0)],c=this.first[o*this.side+this.column(t+s,0)+1];for(let l=r;l<c;l++){let h=this.rows[l],p=(this.xy[2*h]-t)**2+(this.xy[2*h+1]-e)**2;p<=i&&([i,a]=[p,h])}}return a}};var kt=new URL(import.meta.url.split("_stcore/")[0]);async function v(n,t=e=>e.arrayBuffer()){let e=await fetch(new URL(n,kt));if(!e.ok)throw new Error(`${e.status} for ${n}`);return t(e)}var y=new Map;function O(n,t,e){let s=`${n} ${t}`;if(!y.has(s)){let i=e();y.set(s,i),i.catch(()=>y.delete(s)),y.size>12&&y.delete(y.keys().next().value)}return y.get(s)}var Z=n=>O("paths",n,()=>v(n,t=>t.json())),Q=n=>O("categories",n,async()=>new Uint16Array(await v(n))),tt=n=>O("labels",n,()=>v(n,t=>t.json())),et=n=>O("images",n,async()=>new Uint8Array(await v(n))),st=(n,t)=>O("mask",n,async()=>{let e=new Uint8Array(await v(n));return Uint8Array.from({length:t},(s,i)=>e[i>>3]>>(i&7)&1)}),j=class{constructor(t,e,s){Object.assign(this,{paths:t,n:e,onLoaded:s,at:0,running:0,loaded:new Map,pending:new Map}),this.room=Math.max(1,Math.floor(268435456/Math.max(1,8*e)))}get(t){return this.loaded.get(t)??null}async load(t){let e=this.loaded.get(t);return e||(this.pending.has(t)||this.pending.set(t,this.fetch(t).finally(()=>this.pending.delete(t))),this.pending.get(t))}async fetch(t){let e=new Float32Array(await v(this.paths[t]));if(e.length!==2*this.n)throw new Error(`step ${t} holds ${e.length/2} points, not ${this.n}`);return this.loaded.set(t,e),this.loaded.size>this.room&&this.loaded.delete(this.farthest()),this.onLoaded(t),e}farthest(){let t=e=>Math.abs(e-this.at);return[...this.loaded.keys()].reduce((e,s)=>t(s)>t(e)?s:e)}ahead(t){this.at=t;let e=[...this.paths.keys()].sort((s,i)=>Math.abs(s-t)-Math.abs(i-t)).slice(0,this.room);for(let s of e){if(this.running>=4)return;if(this.loaded.has(s)||this.pending.has(s))continue;this.running++;let i=()=>{this.running--,this.stopped||this.ahead(this.at)};this.load(s).then(i,()=>this.running--)}}stop(){this.stopped=!0}};function g(n,t,e={},s=null){let i=document.createElementNS("http://www.w3.org/2000/svg",t);for(let[a,o]of Object.entries(e))i.setAttribute(a,o);return s!==null&&(i.textContent=s),n?.append(i),i}var k={circle:"M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0z",square:"M-.84-.84h1.68v1.68h-1.68z",diamond:"M0-1 1 0 0 1-1 0z","triangle-up":"M0-1 .98.7H-.98z","triangle-down":"M0 1 .98-.7H-.98z",cross:"M-.34-1h.68v.66H1v.68H.34V1h-.68V.34H-1v-.68h.66z",pentagon:"M0.00 -1.00L0.95 -0.31L0.59 0.81L-0.59 0.81L-0.95 -0.31z",hexagon:"M0.00 -1.00L0.87 -0.50L0.87 0.50L0.00 1.00L-0.87 0.50L-0.87 -0.50z",star:"M0.00 -1.00L0.26 -0.36L0.95 -0.31L0.43 0.14L0.59 0.81L0.00 0.45L-0.59 0.81L-0.43 0.14L-0.95 -0.31L-0.26 -0.36z",ring:"M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0zM-.4 0a.4.4 0 1 1 .8 0a.4.4 0 1 1-.8 0z"},u=n=>String(n).replace(/\B(?=(\d{3})+(?!\d))/g," "),A=(n,t=24)=>n.length>t?`${n.slice(0,t-1)}…`:n;var At=8,P=class{constructor(t){this.node=t}hide(){this.node.hidden=!0}tell(t,e,[s,i],{width:a,height:o}){let{node:r}=this;r.replaceChildren(...t.filter(Boolean).map((h,p)=>{let d=document.createElement(p?"p":"strong");return d.textContent=A(h,400),d})),e&&r.prepend(this.draw(e)),r.hidden=!1;let c=s+16+r.offsetWidth>a?s-16-r.offsetWidth:s+16,l=Math.max(0,Math.min(o-r.offsetHeight,i-20));r.style.transform=`translate(${Math.max(0,c)}px, ${l}px)`}draw({bytes:t,width:e,height:s}){let i=document.createElement("canvas");Object.assign(i,{width:e,height:s});let a=Math.max(1,Math.min(At,Math.floor(112/Math.max(e,s))));Object.assign(i.style,{width:`${e*a}px`,height:`${s*a}px`});let o=new Uint8ClampedArray(4*t.length);return t.forEach((r,c)=>o.set([r,r,r,255],4*c)),i.getContext("2d").putImageData(new ImageData(o,e,s),0,0),i}};function it(n,t,e,[s,i]){let[a,o]=n.axes,r=l=>String(Number(l.toPrecision(4))).replace("-","−"),c=[a&&`${a} = ${r(s)}`,o&&`${o} = ${r(i)}`];return[n.categories&&n.names[e],`row ${u(t)}`,...c]}var Mt=12,N=class{constructor(t,e){Object.assign(this,{tip:new P(t),camera:e,row:null,grid:null})}over(t){Object.assign(this,{xy:t,grid:null}),this.leave()}leave(){this.row=null,this.tip.hide()}rowAt(t){return this.xy?(this.grid??=new C(this.xy,m(this.xy)),this.grid.nearest(this.camera.toData(t),Mt/this.camera.scale)):null}async tell(t,e,s,i){let{xy:a}=this,o=t&&this.rowAt(t);if(o===null)return this.leave();this.row=o;let r=await this.details(e,o);if(this.row!==o||this.xy!==a)return;let c=[a[2*o],a[2*o+1]],l=it(e,o,s[o],c);this.tip.tell([...l,r.text],r.picture,this.camera.toScreen(c),this.camera)}async details(t,e){let[s,i]=t.image_shape??[0,0],a=l=>l.catch(()=>null),[o,r]=await Promise.all([t.labels&&a(tt(t.labels)),t.images&&a(et(t.images))]),c=r?.subarray(e*s*i,(e+1)*s*i);return{text:o?.[e],picture:c?.length?{bytes:c,width:i,height:s}:null}}};var St=["fill","fillOpacity","stroke","strokeWidth","strokeDasharray","strokeLinejoin","paintOrder","fontFamily","fontSize","fontWeight","textAnchor"];function nt(n,t){let e=document.createElement("a");e.href=URL.createObjectURL(n),e.download=t,e.click(),setTimeout(()=>URL.revokeObjectURL(e.href),1e4)}function ot(n,t,e,s,i){let a=r=>/[",\r\n]/.test(r)?`"${r.replaceAll('"','""')}"`:r,o=[["row",n.step_name,"class",...n.axes].map(a).join(",")];for(let r=0;r<s.length;r++)i&&!i[r]||o.push(`${r},${t},${a(n.names[s[r]]??"")},${e[2*r]},${e[2*r+1]}`);nt(new Blob([`${o.join(`\r
`)}\r
`],{type:"text/csv"}),`${n.filename}.csv`)}async function Ot(n,{width:t,height:e}){let s=n.cloneNode(!0),i=s.querySelectorAll("*");n.querySelectorAll("*").forEach((r,c)=>{let l=getComputedStyle(r);for(let h of St)i[c].style[h]=l[h]}),s.querySelectorAll("[hidden]").forEach(r=>r.remove()),s.setAttribute("width",t),s.setAttribute("height",e),s.setAttribute("xmlns","http://www.w3.org/2000/svg");let a=new XMLSerializer().serializeToString(s).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g,"�"),o=new Image;return o.src=URL.createObjectURL(new Blob([a],{type:"image/svg+xml"})),await o.decode(),URL.revokeObjectURL(o.src),o}async function at(n,t,e){e.paint();let{canvas:s,camera:i}=e,{svg:a}=e.overlay,o=Math.max(2,window.devicePixelRatio),[r,c]=[64,220],{look:l}=n,{fontFamily:h}=getComputedStyle(a),p=document.createElement("canvas");Object.assign(p,{width:(i.width+c+32)*o,height:(i.height+r+16)*o});let d=p.getContext("2d");d.scale(o,o),d.fillStyle=l.background,d.fillRect(0,0,p.width,p.height);let f=(S,w,L,T,wt,vt)=>{Object.assign(d,{font:T,fillStyle:wt}),d.fillText(S,w,L,vt)};f(n.title,16,28,`700 19px ${h}`,l.text,i.width+c);let{selection:M,timeline:b}=e.cloud,x=n.steps.length>1&&b.readout.textContent,z=[n.subtitle,x,M.words.textContent].filter(Boolean).join(" · ");f(z,16,50,`13px ${h}`,l.secondary,i.width+c),d.drawImage(s,16,r,i.width,i.height),d.drawImage(await Ot(a,i),16,r,i.width,i.height),n.names.slice(0,Math.floor(i.height/22)).forEach((S,w)=>{let[L,T]=[i.width+40,r+14+22*w];d.save(),d.translate(L,T-4),d.scale(5.5,5.5),d.fillStyle=n.colours[w],d.fill(new Path2D(k[n.shapes[w]]??k.circle),"evenodd"),d.restore(),f(`${S}  ${t[w]}`,L+14,T,`13px ${h}`,l.text,c-40)}),nt(await new Promise(S=>p.toBlob(S,"image/png")),`${n.filename}.png`)}var Et=260,W={play:n=>n.timeline.toggle(),out:n=>n.zoom(1/1.4),in:n=>n.zoom(1.4),fit:n=>n.scene.fit(),clear:n=>n.clear(),keys:n=>n.toggleKeys(),csv:({view:n,scene:t,codes:e,selection:s,timeline:i})=>ot(n,n.steps[i.index],t.xy,e,s.rows),png:({view:n,scene:t,counts:e})=>at(n,e.map(u),t)},rt={" ":"play","+":"in","=":"in","-":"out",0:"fit","?":"keys",Escape:"clear"};function lt(n,t,e){let{index:s,last:i}=n.timeline,a={ArrowLeft:s-1,ArrowRight:s+1,Home:0,End:i};return e.matches("input")&&t!=="Escape"?null:t in a?i>0?()=>n.step(a[t],Et):null:t===" "&&e.matches("button")?null:rt[t]?()=>W[rt[t]](n):null}var U=class{constructor(t,e){Object.assign(this,{list:t,counts:[]}),t.addEventListener("click",s=>{let i=s.target.closest("button");i&&e(Number(i.dataset.category))})}show(t,e,s,i){this.list.replaceChildren(...t.map((o,r)=>{let c=document.createElement("li"),l=document.createElement("button");Object.assign(l,{type:"button",title:`Select ${o}`}),l.dataset.category=r;let h=g(l,"svg",{viewBox:"-1.1 -1.1 2.2 2.2","aria-hidden":"true"});g(h,"path",{d:k[s[r]]??k.circle,fill:e[r],"fill-rule":"evenodd"});for(let[p,d]of[["class",o],["count",u(i[r])]]){let f=document.createElement("span");Object.assign(f,{className:p,textContent:d}),l.append(f)}return c.append(l),c})),this.counts=i;let a=Math.max(0,...i.map(o=>u(o).length));this.list.style.setProperty("--count",`${2*a+3}ch`)}select(t,e){this.list.querySelectorAll("button").forEach((s,i)=>{s.setAttribute("aria-pressed",i===e);let a=u(this.counts[i]);s.querySelector(".count").textContent=t?`${u(t[i])} of ${a}`:a,s.classList.toggle("none",!!t&&!t[i])})}};var ct=`.points {
  --text: #1f2328; --secondary: #5c6370; --axis: #8a8f98; --hover: #f1f1ef; --accent: #b8303f; --on-accent: #ffffff; --raised: #f6f6f4;
  box-sizing: border-box;
  position: relative;
  padding: 4px;
  background: var(--background);
  color: var(--text);
  font-family: var(--st-font, system-ui, sans-serif);
  font-size: 14px;
  line-height: 1.4;
}

.points[data-theme="dark"] {
  --text: #e8e6df; --secondary: #a3a7ae; --axis: #7b8089; --hover: #24262b; --accent: #ff8a90; --on-accent: #16181c; --raised: #1f2226;
}

.points *, .points *::before { box-sizing: border-box; }
.points [hidden] { display: none !important; }

header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: flex-start; justify-content: space-between; margin-bottom: 12px; }
.heading { flex: 1 1 320px; }
h2 { margin: 0; font-size: 22px; font-weight: 700; line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere; }
.narrow h2 { font-size: 19px; }
.subtitle { margin: 4px 0 0; color: var(--secondary); font-size: 13px; overflow-wrap: anywhere; }

button {
  min-width: 32px;
  min-height: 32px;
  padding: 0 9px;
  border: 1px solid var(--axis);
  border-radius: 6px;
  background: var(--background);
  color: var(--text);
  font: inherit;
  font-size: 13px;
  cursor: pointer;
}

button:hover { background: var(--hover); }
.tools button[aria-pressed="true"], button[aria-expanded="true"] { background: var(--text); border-color: var(--text); color: var(--background); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

.tools { display: flex; flex-wrap: wrap; gap: 4px 12px; }
.tools > div { display: flex; gap: 4px; }

.keys { margin-bottom: 12px; padding: 10px 14px; border-radius: 8px; background: var(--raised); font-size: 13px; }
.keys dl { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 0 0 6px; }
.keys dl div { display: flex; gap: 6px; align-items: baseline; }
.keys dd { margin: 0; color: var(--secondary); }
.keys p { margin: 0; color: var(--secondary); }
kbd { padding: 1px 6px; border: 1px solid var(--axis); border-radius: 4px; font: inherit; font-size: 12px; }

.body { display: flex; gap: 16px; }
.narrow .body { flex-direction: column; gap: 8px; }
.narrow .stage { flex: none; }
.stage { position: relative; height: var(--height); flex: 1 1 auto; min-width: 0; overflow: hidden; border: 1px solid var(--hover); border-radius: 4px; cursor: grab; touch-action: none; user-select: none; }
.stage:active { cursor: grabbing; }
.stage[data-mode="lasso"], .stage[data-mode="box"] { cursor: crosshair; }
.stage:focus-visible { outline-offset: -2px; }
canvas, .overlay { position: absolute; inset: 0; width: 100%; height: 100%; }
.tip canvas { position: static; display: block; margin-bottom: 6px; image-rendering: pixelated; }
.overlay { pointer-events: none; font-family: inherit; font-variant-numeric: tabular-nums; }
.overlay text { fill: var(--text); stroke: var(--background); stroke-width: 3.5px; stroke-linejoin: round; paint-order: stroke; }
.overlay .name { font-size: 13px; font-weight: 600; text-anchor: middle; }
.overlay .axis { fill: var(--secondary); font-size: 12px; }
.overlay .end { text-anchor: end; }
.overlay .bar { fill: none; stroke: var(--secondary); }
.lasso { fill: var(--accent); fill-opacity: 0.06; stroke: var(--accent); stroke-width: 1.5px; stroke-dasharray: 5 3; }
.ring { fill: none; stroke: var(--text); stroke-width: 2px; }

.message { position: absolute; inset: 40% 10% auto; margin: 0; padding: 8px 12px; border-radius: 6px; background: var(--raised); text-align: center; }

.tip {
  position: absolute;
  top: 0;
  left: 0;
  z-index: 1;
  max-width: 260px;
  padding: 8px 11px;
  border: 1px solid var(--axis);
  border-radius: 6px;
  background: var(--background);
  font-size: 13px;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
  pointer-events: none;
}

.tip p { margin: 2px 0 0; color: var(--secondary); white-space: pre-line; }

.legend { flex: 0 0 auto; max-width: 240px; max-height: var(--height); margin: 0; padding: 2px; overflow-y: auto; list-style: none; scrollbar-width: thin; }
.narrow .legend { display: flex; flex-wrap: wrap; max-width: none; max-height: 120px; }
.legend button { display: flex; gap: 8px; align-items: center; width: 100%; min-height: 28px; border-color: transparent; background: none; text-align: left; }
.legend button:hover { background: var(--hover); }
.legend button[aria-pressed="true"] { border-color: var(--text); }
.legend .none { color: var(--secondary); }
.legend svg { flex: none; width: 12px; height: 12px; overflow: visible; }
.legend .class { flex: 1; min-width: 0; overflow: hidden; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
.legend .count { color: var(--secondary); font-size: 12px; font-variant-numeric: tabular-nums; white-space: nowrap; min-width: var(--count); text-align: right; }

.controls { display: flex; gap: 8px; align-items: center; margin-top: 8px; }
.play { display: inline-flex; gap: 6px; align-items: center; min-width: 86px; border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
.play:hover { background: var(--accent); filter: brightness(1.06); }
.play svg { width: 16px; height: 16px; fill: currentColor; }
.readout { min-width: 150px; font-variant-numeric: tabular-nums; white-space: nowrap; }

input[type="range"] { height: 28px; margin: 0; background: none; cursor: pointer; appearance: none; }
.step { flex: 1 1 120px; min-width: 80px; }
.size { width: 96px; vertical-align: middle; }
input::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: var(--axis); }
input::-moz-range-track { height: 4px; border-radius: 2px; background: var(--axis); }
input::-webkit-slider-thumb { width: 24px; height: 24px; margin-top: -10px; border: 6px solid var(--background); border-radius: 50%; background: var(--accent); appearance: none; }
input::-moz-range-thumb { box-sizing: border-box; width: 24px; height: 24px; border: 6px solid var(--background); border-radius: 50%; background: var(--accent); }

.status { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; min-height: 34px; margin-top: 4px; color: var(--secondary); font-size: 12px; font-variant-numeric: tabular-nums; }
.status .selected { color: var(--text); font-size: 13px; }
.status button { min-height: 26px; }
.status label { display: inline-flex; gap: 6px; align-items: center; margin-left: auto; }

.announcer { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (forced-colors: active) { .points canvas, .points svg { forced-color-adjust: none; } }
`;var ht=`<section class="points" aria-labelledby="title">
  <header>
    <div class="heading">
      <h2 id="title"></h2>
      <p class="subtitle"></p>
    </div>
    <div class="tools">
      <div role="group" aria-label="What a drag does">
        <button type="button" data-mode="move" aria-pressed="true">Move</button>
        <button type="button" data-mode="lasso" aria-pressed="false" title="Draw around points; or drag with Shift">Lasso</button>
        <button type="button" data-mode="box" aria-pressed="false">Box</button>
      </div>
      <div role="group" aria-label="View">
        <button type="button" data-act="out" aria-label="Zoom out">−</button>
        <button type="button" data-act="in" aria-label="Zoom in">+</button>
        <button type="button" data-act="fit" title="Show all points">Fit</button>
      </div>
      <div role="group" aria-label="Files and help">
        <button type="button" data-act="png" title="Download the figure as PNG">PNG</button>
        <button type="button" data-act="csv" title="Download the coordinates, of the selected rows if there are any">CSV</button>
        <button type="button" data-act="keys" aria-expanded="false" aria-controls="keys" aria-label="Keys">?</button>
      </div>
    </div>
  </header>
  <div class="keys" id="keys" role="region" aria-label="Keys" hidden>
    <dl>
      <div><dt><kbd>←</kbd> <kbd>→</kbd></dt><dd>step</dd></div>
      <div><dt><kbd>Home</kbd> <kbd>End</kbd></dt><dd>first, last</dd></div>
      <div><dt><kbd>Space</kbd></dt><dd>play, pause</dd></div>
      <div><dt><kbd>Shift</kbd> + drag</dt><dd>lasso</dd></div>
      <div><dt><kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd></dt><dd>zoom, all points</dd></div>
      <div><dt><kbd>Esc</kbd></dt><dd>clear the selection</dd></div>
    </dl>
    <p>Keys and the wheel act while the cloud has the focus. A class is selected by its name, without a drag.</p>
  </div>
  <div class="body">
    <div class="stage" tabindex="0" role="group" aria-label="Cloud of points; arrow keys change the step, plus and minus zoom, Escape clears the selection">
      <canvas role="img"></canvas>
      <svg class="overlay" aria-hidden="true"></svg>
      <div class="tip" hidden></div>
      <p class="message" role="status" hidden></p>
    </div>
    <ul class="legend" aria-label="Classes; choose one to select its points"></ul>
  </div>
  <div class="controls" role="group" aria-label="Step">
    <button type="button" data-act="play" class="play"><svg viewBox="0 0 16 16" aria-hidden="true"><path/></svg><span>Play</span></button>
    <input type="range" class="step" min="0" step="1" aria-label="Step">
    <output class="readout"></output>
  </div>
  <div class="status">
    <span class="selected"></span>
    <button type="button" data-act="clear" hidden>Clear</button>
    <span class="note"></span>
    <label>Size <input type="range" class="size" min="1" max="12" step="0.5" aria-label="Size of a point"></label>
  </div>
  <p class="announcer" aria-live="polite"></p>
</section>
`;function dt(n){let t=o=>[Math.min(...n.map(r=>r[o])),Math.max(...n.map(r=>r[o]))],[[e,s],[i,a]]=[t(0),t(1)];return{left:e,right:s,low:i,high:a}}function pt(n,t){let{left:e,right:s,low:i,high:a}=dt(t),o=Float64Array.from(t.flatMap((c,l)=>[...c,...t.at(l-1)])),r=new Uint8Array(n.length/2);for(let c=0;c<r.length;c++){let l=n[2*c],h=n[2*c+1];if(!(l>=e&&l<=s&&h>=i&&h<=a))continue;let p=0;for(let d=0;d<o.length;d+=4){let f=o[d+1],M=o[d+3];if(f>h==M>h)continue;let b=o[d];l<(o[d+2]-b)*(h-f)/(M-f)+b&&(p^=1)}r[c]=p}return r}function Tt([n,t],[e,s],[i,a]){let[o,r]=[i-e,a-s],c=Math.max(0,Math.min(1,((n-e)*o+(t-s)*r)/(o*o+r*r||1)));return(n-e-c*o)**2+(t-s-c*r)**2}function K(n,t){if(n.length<3)return n;let[e,s]=[0,0];for(let i=1;i<n.length-1;i++){let a=Tt(n[i],n[0],n.at(-1));a>e&&([e,s]=[a,i])}return e<=t**2?[n[0],n.at(-1)]:[...K(n.slice(0,s+1),t).slice(0,-1),...K(n.slice(s),t)]}function ut(n,t=3600){let{left:e,right:s,low:i,high:a}=dt(n),o=Math.hypot(s-e,a-i),r=Math.max(0,Math.min(100,Math.ceil(4-Math.log10(o||1)))),c=h=>h.map(p=>p.map(d=>Number(d.toFixed(r)))),l=c(n);for(let h=1/2e3;JSON.stringify(l).length>t;h*=1.5)l=c(K(n,h*o));return l}var Rt=40,ft=15;function gt(n,t,e){let s=new Uint32Array(e+1);for(let a of t)s[a+1]++;for(let a=0;a<e;a++)s[a+1]+=s[a];let i=[0,1].map(a=>{let o=s.slice(),r=new Float32Array(t.length);for(let c=0;c<t.length;c++)r[o[t[c]]++]=n[2*c+a];return Array.from({length:e},(c,l)=>{let h=r.subarray(s[l],s[l+1]).sort();return h.length?h[h.length>>1]:null})});return i[0].map((a,o)=>a===null?null:[a,i[1][o]])}function $t(n){let t=10**Math.floor(Math.log10(n));return[5,2,1].find(e=>e*t<=n)*t}var _=class{constructor(t){this.svg=t,[this.words,this.names,this.lasso,this.ring]=["g","g","path","circle"].map(e=>g(t,e)),this.lasso.setAttribute("class","lasso"),this.ring.setAttribute("class","ring"),this.ring.setAttribute("r",7),this.outline(null),this.point(null)}frame(t,e){this.words.replaceChildren();let{width:s,height:i}=t;e[1]&&g(this.words,"text",{x:8,y:18,class:"axis"},`↑ ${A(e[1],60)}`),e[0]&&g(this.words,"text",{x:s-8,y:i-10,class:"axis end"},`${A(e[0],60)} →`);let a=$t(120/t.scale),[o,r]=[a*t.scale,i-14];g(this.words,"path",{d:`M8 ${r-4}v8M8 ${r}h${o}M${8+o} ${r-4}v8`,class:"bar"}),g(this.words,"text",{x:14+o,y:r+4,class:"axis"},u(Number(a.toPrecision(1))))}label(t,e,s){this.names.replaceChildren();let i=e.slice(0,s.length).map((c,l)=>c&&{c:l,at:t.toScreen(c)}),a=({at:[c,l]})=>c>0&&l>0&&c<t.width&&l<t.height,o=i.filter(c=>c&&a(c));if(s.length<2||o.length>Rt)return;let r=[];for(let{c,at:[l,h]}of o.sort((p,d)=>p.at[1]-d.at[1])){let p=g(this.names,"text",{class:"name"},A(s[c])),d=p.getComputedTextLength()/2+3,f=Math.max(d,Math.min(t.width-d,l)),b=r.filter(x=>Math.abs(x.middle-f)<x.half+d).reduce((x,z)=>Math.abs(z.line-x)<ft?z.line+ft:x,Math.max(14,h+4));r.push({middle:f,half:d,line:b}),p.setAttribute("x",f),p.setAttribute("y",b)}}outline(t){this.lasso.toggleAttribute("hidden",!t),t&&this.lasso.setAttribute("d",`M${t.map(e=>e.map(s=>s.toFixed(1)).join(" ")).join("L")}Z`)}point(t){this.ring.toggleAttribute("hidden",!t),t&&(this.ring.setAttribute("cx",t[0]),this.ring.setAttribute("cy",t[1]))}};var Ct=["circle","square","diamond","triangle-up","triangle-down","cross","ring","pentagon","hexagon","star"];var jt=`#version 300 es
precision highp float;
layout(location = 0) in vec2 before;
layout(location = 1) in vec2 after;
layout(location = 2) in uint category;
layout(location = 3) in uint chosen;
uniform vec2 centre, scale;
uniform float part, diameter;
uniform int pass; // 0: all; 1: what is not selected, in grey; 2: what is, on top
uniform vec4 grey;
uniform float alpha;
uniform sampler2D palette;
out vec4 colour;
flat out int shape;
void main() {
  vec4 look = texelFetch(palette, ivec2(int(category) % 1024, int(category) / 1024), 0);
  colour = pass == 1 ? grey : vec4(look.rgb, alpha);
  shape = int(look.a * 255.0 + 0.5);
  gl_PointSize = diameter;
  bool hidden = pass > 0 && (chosen > 0u) != (pass == 2);
  gl_Position = hidden ? vec4(2, 2, 2, 1) : vec4((mix(before, after, part) - centre) * scale, 0, 1);
}`,Pt=`#version 300 es
precision highp float;
in vec4 colour;
flat in int shape;
uniform float diameter;
out vec4 ink;
vec2 folded(vec2 p, float corners) { // into the sector of one corner, which points up
  float turn = 6.2831853 / corners;
  float angle = mod(atan(p.x, -p.y) + turn * 0.5, turn) - turn * 0.5;
  return length(p) * vec2(abs(sin(angle)), cos(angle));
}
float edge(vec2 p) { // distance inside the shape, in units of its radius
  if (shape == 1) return 0.84 - max(abs(p.x), abs(p.y));
  if (shape == 2) return 1.0 - abs(p.x) - abs(p.y);
  if (shape == 3) return min(0.7 - p.y, 0.5 * (p.y + 1.0) - 0.87 * abs(p.x));
  if (shape == 4) return min(0.7 + p.y, 0.5 * (1.0 - p.y) - 0.87 * abs(p.x));
  if (shape == 5) return max(min(0.34 - abs(p.x), 1.0 - abs(p.y)), min(0.34 - abs(p.y), 1.0 - abs(p.x)));
  if (shape == 6) return 0.3 - abs(length(p) - 0.7);
  if (shape == 7) return dot(vec2(0, 1) - folded(p, 5.0), vec2(0.588, 0.809));
  if (shape == 8) return dot(vec2(0, 1) - folded(p, 6.0), vec2(0.5, 0.866));
  if (shape == 9) return dot(vec2(0, 1) - folded(p, 5.0), vec2(0.923, 0.384));
  return 1.0 - length(p);
}
void main() {
  float cover = clamp(0.5 + edge(gl_PointCoord * 2.0 - 1.0) * diameter * 0.5, 0.0, 1.0);
  if (cover == 0.0) discard;
  ink = vec4(colour.rgb, 1) * colour.a * cover;
}`,X=n=>[1,3,5].map(t=>parseInt(n.slice(t,t+2),16)/255);function Nt(n){let t=n.createProgram();for(let[e,s]of[[n.VERTEX_SHADER,jt],[n.FRAGMENT_SHADER,Pt]]){let i=n.createShader(e);n.shaderSource(i,s),n.compileShader(i),n.attachShader(t,i)}if(n.linkProgram(t),!n.getProgramParameter(t,n.LINK_STATUS))throw new Error(n.getProgramInfoLog(t)??"no program");return t}var E=class n{static on(t){let e=t.getContext("webgl2",{antialias:!1,preserveDrawingBuffer:!0});try{return e&&new n(t,e)}catch(s){return console.warn(s),null}}constructor(t,e){Object.assign(this,{canvas:t,gl:e,n:0}),this.program=Nt(e);let s=["centre","scale","part","diameter","pass","grey","alpha"];this.at=Object.fromEntries(s.map(i=>[i,e.getUniformLocation(this.program,i)])),this.buffers=[0,1,2,3].map(()=>e.createBuffer()),this.palette=e.createTexture(),e.useProgram(this.program),e.enable(e.BLEND),e.blendFunc(e.ONE,e.ONE_MINUS_SRC_ALPHA),e.pixelStorei(e.UNPACK_ALIGNMENT,1)}fill(t,e){let{gl:s}=this;s.bindBuffer(s.ARRAY_BUFFER,this.buffers[t]),s.bufferData(s.ARRAY_BUFFER,e,s.STATIC_DRAW),s.enableVertexAttribArray(t),t<2?s.vertexAttribPointer(t,2,s.FLOAT,!1,0,0):s.vertexAttribIPointer(t,1,t===2?s.UNSIGNED_SHORT:s.UNSIGNED_BYTE,0,0)}place(t,e=t){this.n=t.length/2,this.fill(0,e),this.fill(1,t)}classify(t){this.fill(2,t)}choose(t){this.fill(3,t)}dye(t,e){let{gl:s}=this,i=Math.max(1,Math.ceil(t.length/1024)),a=new Uint8Array(1024*i*4);t.forEach((o,r)=>{let c=Math.max(0,Ct.indexOf(e[r]));a.set([...X(o).map(l=>Math.round(255*l)),c],4*r)}),s.bindTexture(s.TEXTURE_2D,this.palette),s.texImage2D(s.TEXTURE_2D,0,s.RGBA8,1024,i,0,s.RGBA,s.UNSIGNED_BYTE,a),s.texParameteri(s.TEXTURE_2D,s.TEXTURE_MIN_FILTER,s.NEAREST),s.texParameteri(s.TEXTURE_2D,s.TEXTURE_MAG_FILTER,s.NEAREST)}resize(t,e){let s=window.devicePixelRatio;Object.assign(this.canvas,{width:Math.round(t*s),height:Math.round(e*s)})}paint({camera:t,part:e,diameter:s,alpha:i,layers:a,grey:o,greyAlpha:r,background:c}){let{gl:l,at:h,canvas:p}=this;l.viewport(0,0,p.width,p.height),l.clearColor(...X(c),1),l.clear(l.COLOR_BUFFER_BIT),l.uniform2f(h.centre,t.x,t.y),l.uniform2f(h.scale,2*t.scale/t.width,2*t.scale/t.height),l.uniform1f(h.part,e),l.uniform1f(h.diameter,s*window.devicePixelRatio),l.uniform4f(h.grey,...X(o),r),l.uniform1f(h.alpha,i);for(let d of a)l.uniform1i(h.pass,d),l.drawArrays(l.POINTS,0,this.n)}destroy(){this.gl.getExtension("WEBGL_lose_context")?.loseContext()}};var Ut=window.matchMedia("(prefers-reduced-motion: reduce)"),Y=()=>Ut.matches,mt=n=>Math.max(Y()?250:90,Math.min(700,1e3*8/Math.max(1,n-1))),D=class{constructor(t,e,s){Object.assign(this,{move:t,done:e,ms:s,start:null}),this.request=requestAnimationFrame(i=>this.frame(i))}frame(t){this.start??=t;let e=Math.min(1,(t-this.start)/this.ms);if(e===1)return this.done();this.move(e*e*(3-2*e)),this.request=requestAnimationFrame(s=>this.frame(s))}stop(){cancelAnimationFrame(this.request)}};var _t={categories:null,shapes:null,subtitle:"",step_name:"step",extent:null,theme:"light",background:null,size:null,labels:null,images:null,image_shape:null,selected:null,mask:null,filename:"points",report:!1,height:560,positions:null},Dt={light:{background:"#ffffff",text:"#1f2328",secondary:"#5c6370",grey:"#b4b8bf"},dark:{background:"#16181c",text:"#e8e6df",secondary:"#a3a7ae",grey:"#565b64"}},It=1e5;function bt(n){let t=Object.fromEntries(Object.entries(n).filter(([,i])=>i!==null)),e={..._t,...t},s={...Dt[e.theme]};return s.background=e.background??s.background,{...e,look:s,shapes:e.shapes??e.names.map(()=>"circle"),selected:Array.isArray(e.selected)?{polygon:e.selected}:e.selected}}var I=n=>Math.max(1.5,Math.min(8,45*n**-.25));function xt(n){let[[e,s],[i,a]]=m(n),[o,r]=[(s-e)/128||1,(a-i)/128||1],c=new Uint32Array(129**2);for(let l=0;l<n.length;l+=2)c[Math.floor((n[l+1]-i)/r)*128+Math.floor((n[l]-e)/o)]++;return c.reduce((l,h)=>l+h*h,0)/(n.length/2)/(o*r)}function yt(n,t,e){if(n<=It)return n>2e3?.85:1;let s=t*.785*e**2;return Math.max(.04,Math.min(.85,1.2/Math.sqrt(s||1)))}function F(n,t,e=null){let s=new Array(t).fill(0);for(let i=0;i<n.length;i++)(!e||e[i])&&s[n[i]]++;return s}var q=class{constructor(t,e){let[s,i,a,o]=[".stage","canvas",".overlay",".note"].map(r=>t.querySelector(r));Object.assign(this,{cloud:e,stage:s,canvas:i,note:o,xy:null,part:1,middles:new Map}),this.camera=new R,this.painter=E.on(i),this.overlay=new _(a)}destroy(){this.tween?.stop(),cancelAnimationFrame(this.request),this.painter?.destroy()}resize(){let{camera:t,painter:e,stage:s}=this,{clientWidth:i,clientHeight:a}=s;!i||!a||t.width===i&&t.height===a||(t.resize(i,a),e?.resize(i,a),this.paint())}classify(t){this.painter.classify(t),this.middles=new Map}clear(t){Object.assign(this,{xy:null,middles:new Map}),this.camera.fit(t)}arrive(t,e,s){this.tween?.stop();let i=this.xy,a=!!e&&i?.length===t.length&&!Y();Object.assign(this,{xy:t,part:a?0:1,tween:null,crowd:xt(t)}),this.painter.place(t,a?i:t);let o=()=>{this.part=1,s(),this.repaint()},r=c=>{this.part=c,this.paint()};a?this.tween=new D(r,o,e):o()}choose(t){this.painter.choose(t),this.repaint()}repaint(){this.request??=requestAnimationFrame(()=>this.paint())}paint(){if(cancelAnimationFrame(this.request),this.request=null,!this.xy)return;let{camera:t,part:e,cloud:s}=this,{view:i,selection:a}=s,o=s.sized??i.size??I(i.n),r=p=>yt(i.n,this.crowd*p/i.n/t.scale**2,o),c=r(a.rows?a.count:i.n),l=a.rows?[1,2]:[0];this.painter.paint({camera:t,part:e,diameter:o,alpha:c,greyAlpha:.7*r(i.n),...i.look,layers:l});let h=`Drawn at ${Math.round(100*c)} % opacity, so that dense places do not saturate.`;this.note.textContent=c<.8?h:"",this.annotate()}blank(t){this.xy=null,this.painter.paint({camera:this.camera,part:1,diameter:1,alpha:1,greyAlpha:1,...t,layers:[]})}annotate(){let{overlay:t,camera:e,cloud:s}=this,{view:i,selection:a,timeline:o}=s;t.frame(e,i.axes),t.label(e,this.part<1||!i.categories?[]:this.middlesOf(o.index),i.names);let r=a.polygonAt(i.steps[o.index]);s.gestures.drag||t.outline(r?.map(c=>e.toScreen(c))),this.ring()}ring(){let t=this.cloud.hover.row??this.cloud.selection.by.index??null,e=t!==null&&this.part===1;this.overlay.point(e?this.camera.toScreen([this.xy[2*t],this.xy[2*t+1]]):null)}middlesOf(t){let{middles:e,cloud:s}=this;return e.has(t)||e.set(t,gt(this.xy,s.codes,s.view.names.length)),e.get(t)}pan(t,e){this.camera.pan(t,e),this.repaint()}zoom(t,e){this.camera.zoom(t,e),this.repaint()}fit(t){this.camera.fit(t??this.camera.extent??m(this.xy)),this.repaint()}restore(){this.painter=E.on(this.canvas),this.painter.place(this.xy)}};async function V(n,{view:t,codes:e,index:s,load:i}){if(!n)return null;if(n.index!==void 0)return Uint8Array.from({length:t.n},(o,r)=>r===n.index);if(n.category!==void 0)return Uint8Array.from(e,o=>o===n.category);let a=t.steps.indexOf(n.step);return pt(await i(a<0?s:a),n.polygon)}var B=class{constructor(t,e){let[s,i]=[".selected","[data-act=clear]"].map(a=>t.querySelector(a));Object.assign(this,{root:t,legend:e,words:s,clear:i,rows:null,by:{},count:0,given:null})}news({mask:t,selected:e}){let s=this.given??JSON.stringify([null,null]);return this.given=JSON.stringify([t,e]),this.given===s?null:this.given}async told(t,e){return t.mask?st(t.mask,t.n):V(t.selected,e)}set(t,e,s,i){Object.assign(this,{rows:t,by:t?e??{}:{}}),this.show(s,i)}show(t,e){let s=this.rows&&F(e,t.names.length,this.rows);this.count=s?.reduce((a,o)=>a+o,0)??0,this.legend.select(s,this.by.category),this.root.dataset.selected=this.count;let i=`${u(t.n)} points`;this.words.textContent=this.rows?`${u(this.count)} of ${i} selected`:i,this.clear.hidden=!this.rows}polygonAt(t){let{polygon:e,step:s}=this.by;return e&&(s===void 0||s===t)?e:null}};var Ft=600,qt={play:"M4 2.5v11l9-5.5z",pause:"M3.5 3h3.2v10H3.5zM9.3 3h3.2v10H9.3z"},H=class{constructor(t,e){let[s,i,a,o]=[".controls",".step",".readout",".play"].map(r=>t.querySelector(r));Object.assign(this,{root:t,act:e,controls:s,slider:i,readout:a,button:o,index:null,last:0,playing:!1}),this.showPlaying()}open(t,e,s){let i=this.called(t,e)?-1:t.steps.indexOf(e?.steps[this.index]);this.close(),this.index=i<0?t.step??t.steps.length-1:i,this.last=t.steps.length-1,this.slider.max=this.last,this.positions=new j(s,t.n,()=>this.count()),this.count()}called(t,e){let[s,i]=[t,e].map(o=>o?.steps[o.step]);if(s===void 0||s===i)return!1;let a=s===this.reported;return this.reported=null,!a}follow(t,e){!this.called(t,e)||t.step===this.index||(this.stop(),this.go(t.step))}close(){this.stop(),clearTimeout(this.reporting),this.positions?.stop()}count(){this.root.dataset.loaded=this.positions.loaded.size}tell(t,e=!1){let{view:s,slider:i}=this,a=`${s.step_name} ${u(s.steps[t])} · ${t+1} of ${this.last+1}`;this.readout.textContent=e?`${a} · loading`:a,i.value=t,i.setAttribute("aria-valuetext",a),this.root.dataset.step=e?"loading":s.steps[t]}arrived(t,e,s){this.index=t,this.tell(t),this.act.arrive(e,s),this.positions.ahead(t)}async go(t,e=null){let s=Math.max(0,Math.min(this.last,t)),{positions:i}=this;this.target=s;let a=i.get(s);if(a&&this.arrived(s,a,e),a)return!0;this.tell(s,!0);try{let o=await i.load(s);return this.target!==s||i!==this.positions?!1:(this.arrived(s,o,e),!0)}catch(o){return this.act.fail(`Step ${this.view.steps[s]} could not be loaded (${o.message}). Reload the page.`),!1}}scrub(t,e=null){this.stop(),this.go(t,e),this.reportLater()}async play(){if(this.last<1)return;this.playing=!0,this.showPlaying(),this.index>=this.last&&await this.go(0);let t=mt(this.last+1);for(;this.playing&&this.index<this.last;){let e=new Promise(s=>setTimeout(s,t));if(!await this.go(this.index+1,t))break;await e}this.stop(),this.reportLater()}stop(){this.playing=!1,this.showPlaying()}toggle(){if(!this.playing)return this.play();this.stop(),this.reportLater()}showPlaying(){let{playing:t,button:e}=this;this.root.dataset.playing=t,e.querySelector("span").textContent=t?"Pause":"Play",e.querySelector("path").setAttribute("d",qt[t?"pause":"play"])}reportLater(){clearTimeout(this.reporting);let t=()=>this.act.report(this.reported=this.view.steps[this.index]);this.view.report&&(this.reporting=setTimeout(t,Ft))}};var Bt=640,Ht=42,Gt=["h2",".subtitle",".keys",".stage","canvas",".message",".legend",".controls",".size",".announcer"],J=class{constructor(t){Object.assign(this,{root:t,turn:0}),this.parts=Object.fromEntries(Gt.map(e=>[e,t.querySelector(e)])),this.legend=new U(this.parts[".legend"],e=>this.pickClass(e)),this.selection=new B(t,this.legend),this.scene=new q(t,this),this.hover=new N(t.querySelector(".tip"),this.scene.camera),this.timeline=new H(t,{arrive:(e,s)=>this.arrive(e,s),fail:e=>this.say(e),report:e=>this.send("step",e)}),this.abort=new AbortController,this.listen(),this.observer=new ResizeObserver(()=>this.resized());for(let e of[t,this.parts[".stage"]])this.observer.observe(e)}destroy(){this.turn++,this.timeline.close(),this.abort.abort(),this.observer.disconnect(),this.scene.destroy(),this.root.remove()}async update(t,e){let s=++this.turn;if(Object.assign(this,{view:bt(t),send:e}),this.timeline.view=this.view,this.dress(),!this.scene.painter)return this.withoutWebGl();try{await this.take(s)}catch(i){s===this.turn&&this.say(`The points could not be loaded (${i.message}). Reload the page.`)}}withoutWebGl(){this.say("This browser cannot draw with WebGL 2, so the cloud is not shown here."),this.root.dataset.webgl!=="false"&&this.send("webgl",!1),Object.assign(this.root.dataset,{webgl:!1,ready:this.view.version})}async take(t){let{view:e,timeline:s}=this;if(!e.positions||!e.n)return this.empty();this.scene.xy||this.say("Loading the points …");let i=await Z(e.positions);if(t!==this.turn)return;let a=JSON.stringify([e.positions,e.n]);a!==this.places?s.open(e,this.opened,i):s.follow(e,this.opened),Object.assign(this,{places:a,opened:e});let[o,r]=await Promise.all([this.codesOf(e),s.positions.load(s.index)]);t===this.turn&&(this.say(null),this.classify(o),this.shownPlaces!==a&&this.move(r,a),await this.takeSelection(e),t===this.turn&&(this.scene.paint(),this.root.dataset.ready=e.version))}async takeSelection(t){let{selection:e}=this,s=e.news(t);if(s===null)return this.select(e.rows?.length===t.n?e.rows:null,e.by);let i=await e.told(t,this.context());s===e.given&&this.select(i,t.selected)}empty(){Object.assign(this,{places:null,shownPlaces:null}),this.say("There is no point to show yet."),this.scene.blank(this.view.look),Object.assign(this.root.dataset,{ready:this.view.version,selected:0})}async codesOf(t){if(!t.categories)return new Uint16Array(t.n);let e=await Q(t.categories);if(e.length!==t.n)throw new Error(`${e.length} classes for ${t.n} points`);let s=e.reduce((i,a)=>Math.max(i,a),0);if(s>=t.names.length)throw new Error(`class ${s} has no name`);return e}classify(t){let{view:e,scene:s}=this,i=JSON.stringify([e.names,e.colours,e.shapes]);t===this.codes&&i===this.looks||(t!==this.codes&&s.classify(t),s.painter.dye(e.colours,e.shapes),Object.assign(this,{codes:t,looks:i,counts:F(t,e.names.length)}),this.legend.show(e.names,e.colours,e.shapes,this.counts))}move(t,e){this.shownPlaces=e,this.selection.by={...this.selection.by,polygon:void 0},this.scene.clear(this.view.extent??m(t)),this.timeline.arrived(this.timeline.index,t,null)}dress(){let{view:t,parts:e,root:s}=this;s.dataset.theme=t.theme,s.style.setProperty("--background",t.look.background),e.h2.textContent=t.title,e.h2.hidden=!t.title,e[".subtitle"].textContent=t.subtitle,e.canvas.setAttribute("aria-label",t.alt);let i=t.steps.length>1;e[".controls"].hidden=!i,e[".legend"].hidden=!t.categories,s.style.setProperty("--height",`${Math.max(220,t.height-Ht*(i?2:1))}px`),e[".size"].value=this.sized??t.size??I(t.n),this.resized()}resized(){this.root.classList.toggle("narrow",this.root.clientWidth<Bt),this.scene.resize()}arrive(t,e){this.hover.over(null),this.scene.arrive(t,e,()=>this.hover.over(t))}say(t){this.parts[".message"].hidden=!t,this.parts[".message"].textContent=t??""}context(){let{view:t,codes:e,timeline:s}=this;return{view:t,codes:e,index:s.index,load:i=>s.positions.load(i)}}select(t,e){this.selection.set(t,e,this.view,this.codes),this.scene.choose(t??new Uint8Array(this.view.n))}async pick(t){this.scene.xy&&(this.select(await V(t,this.context()),t),this.parts[".announcer"].textContent=this.selection.words.textContent,this.send("selection",t))}pickClass(t){this.pick(this.selection.by.category===t?null:{category:t})}enclose(t){let e=ut(t.map(s=>this.scene.camera.toData(s)));e.length>2&&this.pick({polygon:e,step:this.view.steps[this.timeline.index]})}click(t){let e=this.hover.rowAt(t);e!==null&&this.pick({index:e})}clear(){this.selection.rows&&this.pick(null)}listen(){let{parts:t,root:e,scene:s}=this,{signal:i}=this.abort,a=(o,r,c)=>o.addEventListener(r,c,{signal:i});this.gestures=new $(t[".stage"],i,{pan:(o,r)=>s.pan(o,r),zoom:(o,r)=>this.zoom(o,r),outline:o=>o?s.overlay.outline(o):s.xy&&s.annotate(),enclose:o=>this.enclose(o),click:o=>this.click(o),hover:o=>this.pointAt(o)}),a(e,"click",o=>this.act(o.target.closest("[data-act], button[data-mode]")?.dataset??{})),a(e,"keydown",o=>this.key(o)),a(e.querySelector(".step"),"input",o=>this.timeline.scrub(+o.target.value)),a(t[".size"],"input",o=>this.grow(+o.target.value)),a(t.canvas,"webglcontextlost",o=>o.preventDefault()),a(t.canvas,"webglcontextrestored",()=>this.restore())}pointAt(t){this.scene.xy&&(this.hover.tell(t,this.view,this.codes),this.scene.ring())}zoom(t,e){this.hover.leave(),this.scene.zoom(t,e)}grow(t){this.sized=t,this.scene.repaint()}step(t,e){this.timeline.scrub(t,e),this.parts[".announcer"].textContent=this.timeline.readout.textContent}restore(){let{codes:t,selection:e}=this;this.scene.restore(),this.codes=null,this.classify(t),this.select(e.rows,e.by)}act({act:t,mode:e}){e?this.setMode(e):(t==="keys"||this.scene.xy)&&W[t]?.(this)}key(t){if(t.ctrlKey||t.metaKey||t.altKey)return;let e=this.scene.xy&&lt(this,t.key,t.target);e&&(t.preventDefault(),t.stopPropagation(),e())}setMode(t){this.gestures.mode=this.parts[".stage"].dataset.mode=t;let e=this.root.querySelectorAll("button[data-mode]");for(let s of e)s.setAttribute("aria-pressed",s.dataset.mode===t)}toggleKeys(){let t=this.parts[".keys"].toggleAttribute("hidden");this.root.querySelector("[data-act=keys]").setAttribute("aria-expanded",!t)}},G=new WeakMap;function Xe({data:n,parentElement:t,setStateValue:e}){if(!G.has(t)){let i=document.createElement("template");i.innerHTML=`<style>${ct}</style>${ht}`,t.append(i.content),G.set(t,new J(t.querySelector(".points")))}let s=G.get(t);return s.update(n,e),()=>{G.delete(t),s.destroy()}}export{Xe as default};
