import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { EntityManager } from 'typeorm';
import { Jobs } from '../jobs/jobs.service';
import { JobFailure, type Job } from '../jobs/jobs.types';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { DELIVERY, DeliveryFailure, type Delivery, type Parcel } from './delivery';
import { MailAttempts } from './mail-attempts';
import type { FollowLetter, Letter, LoadLetter, Template } from './mail.types';
import { render } from './render';

const QUEUE = 'mail';
/** What an address may not hold, whoever let it in: it would end the line, or name a second reader. */
const UNSENDABLE = /[\s<>\p{C}]/u;

/** Mails are jobs: posted in the transaction of what they tell of, and written when they are sent. */
@Injectable()
export class Mail implements OnModuleInit {
  private readonly logger = new Logger(Mail.name);
  private readonly loaders = new Map<string, LoadLetter<Template>>();
  private readonly followers = new Map<string, FollowLetter>();

  constructor(
    private readonly jobs: Jobs,
    private readonly attempts: MailAttempts,
    @Inject(DELIVERY) private readonly delivery: Delivery,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(QUEUE, (job) => this.send(job));
  }

  /** Once for each template, in `onModuleInit` of the module whose rows it is about. */
  register<T extends Template>(template: T, load: LoadLetter<T>): void {
    if (this.loaders.has(template)) throw new Error(`Template ${template} has a loader already.`);
    this.loaders.set(template, load);
  }

  /** For who shows what became of the mails of this template. */
  follow(template: Template, follower: FollowLetter): void {
    this.followers.set(template, follower);
  }

  /** @param id of the row that the letter is about; nothing else is kept in the job */
  async post(em: EntityManager, template: Template, id: string): Promise<void> {
    await this.jobs.add(em, QUEUE, { template, id });
  }

  /** A page of the web application. The token goes behind the #, where neither servers nor other sites get to see it. */
  link(path: `/${string}`, token?: string): string {
    const page = `${this.settings.appUrl.replace(/\/+$/, '')}${path}`;
    return token === undefined ? page : `${page}#token=${token}`;
  }

  private async send(job: Job): Promise<void> {
    const { template = '', id = '' } = job.payload;
    const load = this.loaders.get(template);
    if (!load) throw new JobFailure('mail.no_template', true);
    const letter = await load(job, id);
    if (letter === null) {
      this.logger.log(`Mail ${job.id} (${template}) is no longer wanted.`);
      return;
    }
    try {
      await this.sendOnce(job, await this.pack(job, template as Template, letter));
    } catch (error) {
      if (job.lastTry || (error instanceof JobFailure && error.forGood)) await this.givenUp(job);
      throw error;
    }
    await this.followerOf(job)(job, 'sent');
  }

  private followerOf({ payload: { template = '' } }: Job): FollowLetter {
    return this.followers.get(template) ?? (() => Promise.resolve());
  }

  /** What the mail failed of is the news, and not that nobody could be told. */
  private async givenUp(job: Job): Promise<void> {
    try {
      await this.followerOf(job)(job, 'failed');
    } catch {
      this.logger.warn(`Mail ${job.id} has failed, and what it is about could not be told so.`);
    }
  }

  private async sendOnce(job: Job, parcel: Parcel): Promise<void> {
    const earlier = await this.attempts.begin(job.id);
    if (earlier === 'sent') return;
    if (earlier === 'unknown') throw new JobFailure('mail.outcome_unknown', true);
    await this.handOver(job, parcel);
  }

  private async handOver(job: Job, parcel: Parcel): Promise<void> {
    try {
      await this.delivery.deliver(parcel);
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw new JobFailure('mail.outcome_unknown', true);
      await this.attempts.refused(job.id);
      throw new JobFailure(error.code, error.forGood);
    }
    await this.attempts.sent(job.id);
  }

  private async pack(job: Job, template: Template, letter: Letter): Promise<Parcel> {
    const { to } = letter;
    if (UNSENDABLE.test(to)) throw new JobFailure('mail.bad_address', true);
    const { subject, text, html } = render(template, letter);
    const from = this.settings.mailFrom;
    const message = new MailComposer({
      from,
      to: { name: '', address: to },
      subject,
      text,
      html,
      // The same at each try, so that a reader who is sent it twice after all is shown it once.
      messageId: `<${job.id}@${domainOf(from)}>`,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    }).compile();
    const envelope = message.getEnvelope();
    const bytes = await message.build();
    return { from: envelope.from || '', to, bytes, name: `${template}-${job.id}` };
  }
}

const domainOf = (address: string) => /@([^@\s>]+)>?$/.exec(address)?.[1] ?? 'localhost';
